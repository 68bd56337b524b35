// Outcomes: what became of each record of a request, in order. Nearly always it is the same for all of them, and is then
// kept once. Values; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tailrace {

enum class Outcome {
  kDelivered,   // durably accepted
  kDuplicate,   // known to have been accepted before: delivered, too
  kDiverted,    // accepted, but into the server's failure store: delivered, counted apart
  kRetry,       // not now, perhaps later; also: nobody can tell
  kHold,        // an operator can mend it: its stream waits
  kRejected,    // never as it is: to the dead letters
};

struct RecordOutcome {
  Outcome outcome = Outcome::kRetry;
  int status = 0;
  std::string type = {};    // of the error, as the server names it
  std::string reason = {};  // cut short; may quote the document: for dead letters, never for the log
};

class Outcomes {
 public:
  Outcomes() = default;
  // The same for all.
  Outcomes(size_t records, RecordOutcome outcome) : size_(records), kept_{std::move(outcome)} {}
  // Of each its own.
  explicit Outcomes(std::vector<RecordOutcome> outcomes) : size_(outcomes.size()), kept_(std::move(outcomes)) {}

  size_t size() const { return size_; }
  const RecordOutcome& operator[](size_t i) const { return kept_[kept_.size() == size_ ? i : 0]; }

  class Iterator {
   public:
    Iterator(const Outcomes& outcomes, size_t at) : outcomes_(&outcomes), at_(at) {}
    const RecordOutcome& operator*() const { return (*outcomes_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Outcomes* outcomes_;
    size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

  // Whether every record has this outcome; cheap when it is kept once.
  bool AreAll(Outcome outcome) const {
    for (const RecordOutcome& kept : kept_) {
      if (kept.outcome != outcome) return false;
    }
    return true;
  }
  void Replace(Outcome from, Outcome to) {
    for (RecordOutcome& kept : kept_) {
      if (kept.outcome == from) kept.outcome = to;
    }
  }

 private:
  size_t size_ = 0;
  std::vector<RecordOutcome> kept_;  // one for each record, or one for all
};

}  // namespace tailrace
