// Ledger: what dockerd wrote into one FIFO, and which records must come of it: worked out by itself, piece by piece, so
// that the product is not tested against its own joiner. Owned by the test; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "tests/fakes/seeded_random.h"
#include "wire/log_entry.h"

namespace tailrace {

class Ledger {
 public:
  // A record, or what is left of one where lines were lost.
  struct Cut {
    std::string text;
    int64_t time_nano = 0;     // of its first piece
    bool is_part = false;
  };
  struct Expected {
    struct Piece {
      uint64_t begin = 0;
      size_t text_end = 0;     // of `text`
      int64_t time_nano = 0;
      bool begins_line = true;
    };
    uint64_t first = 0;
    uint64_t end = 0;
    std::vector<Piece> pieces;
    Source source = Source::kStdout;
    std::string text;
    int64_t time_nano = 0;
    bool ends_line = true;   // or is the last, open one: it counts as a line
    bool is_part = false;

    // What can have been made of it where nothing was lost.
    Cut Whole() const { return {text, time_nano, is_part}; }
    // And where the pieces before `from`, and perhaps some at its end, were lost.
    std::vector<Cut> CutsFrom(size_t from) const;
  };

  // dockerd means to write one line more, mostly short, sometimes in pieces, sometimes never ended.
  void AddLine(SeededRandom& random, WallTime now, std::string_view tag);
  // What the pipe has not taken yet.
  std::string_view Rest() const { return std::string_view(bytes_).substr(accepted_); }
  void Accept(size_t bytes) { accepted_ += bytes; }
  uint64_t accepted() const { return accepted_; }
  // Frames that were not taken whole are not written any more.
  void CutRest();

  // Of what was accepted; the last lines are open if they are.
  std::vector<Expected> Records() const;

 private:
  struct Piece {
    uint64_t begin = 0;
    uint64_t end = 0;
    Source source = Source::kStdout;
    std::string text;
    int64_t time_nano = 0;
    bool ends_line = true;
    bool is_first = true;    // of its line, as dockerd numbers them
  };
  void AddFrame(std::string_view frame, Piece piece);

  std::string bytes_;
  std::vector<Piece> pieces_;
  uint64_t accepted_ = 0;
  uint64_t number_ = 0;
};

}  // namespace tailrace
