// What `tailrace dead list` and `show` print: letters summed up, and letters for people to read. Pure; one owner.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "delivery/dead_letter.h"

namespace tailrace {

// How many letters there are of each kind.
class DeadSummary {
 public:
  static constexpr size_t kKindsMax = 1000;  // What is beyond is counted as one.

  void Add(const DeadLetter& letter);
  uint64_t letters() const { return letters_; }
  std::string Render() const;

 private:
  // Slot, status, type, reason without what it quotes.
  using Kind = std::tuple<std::string, int, std::string, std::string>;
  struct Count {
    uint64_t letters = 0;
    WallTime first;
    WallTime last;
  };
  std::map<Kind, Count> kinds_;
  uint64_t letters_ = 0;
};

// The newest letters, by when they were refused.
class NewestDead {
 public:
  static constexpr size_t kDefault = 20;

  explicit NewestDead(size_t limit) : limit_(limit) {}  // 0: all
  void Add(const DeadLetter& letter);
  std::string Render() const;

 private:
  const size_t limit_;
  std::multimap<WallTime, std::string> shown_;
};

// "failed to parse field [age] … Preview of field's value: 'x'" differs by letter where it quotes.
std::string ReasonWithoutQuotes(std::string_view reason);

}  // namespace tailrace
