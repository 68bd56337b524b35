// SettledSet: which stretches of one source of a (stream, slot) have had their outcome. The frontier moves only where
// no hole is left; what lies above it is kept through rewinds, so that nothing is sent again that need not be.
// A value; delivery thread.
#pragma once

#include <cstdint>
#include <map>

#include "delivery/record.h"
#include "journal/cursor.h"

namespace tailrace {

// What became of a record's lines.
enum class Settlement { kDelivered, kDuplicate, kDead, kDropped, kCorrupt };

class SettledSet {
 public:
  // A stream with so many is fed nothing that lies above them, until some hole is filled.
  static constexpr size_t kIntervalsMax = 4096;

  SettledSet() = default;
  explicit SettledSet(const SourceCursor& cursor) : below_(cursor), lines_at_frontier_(cursor.lines) {}

  // Everything below the frontier, as the cursor file holds it.
  const SourceCursor& cursor() const { return below_; }
  uint64_t frontier() const { return below_.settled; }
  size_t intervals() const { return above_.size(); }
  // Line ends that have had their outcome, above the frontier, too.
  uint64_t lines() const { return below_.lines + lines_above_; }
  bool is_full() const { return above_.size() >= kIntervalsMax; }
  // Nothing is settled behind it.
  uint64_t top() const { return above_.empty() ? below_.settled : above_.rbegin()->second.end; }

  // The record that begins at `first` is settled.
  bool Contains(uint64_t first) const;
  // Line ends in the tile that are not settled.
  uint64_t UncoveredLines(const Tile& tile) const;
  // Settles what of the tile is not yet settled; returns the lines in it. A tile without width corrects the count of
  // lines at the frontier.
  uint64_t Settle(const Tile& tile, Settlement how);

 private:
  struct Interval {
    uint64_t end = 0;
    uint64_t lines_before = 0;
    uint64_t lines_after = 0;
    SourceCursor totals;  // `settled` unused
  };

  uint64_t Insert(const Tile& piece, Settlement how);
  void Advance();

  SourceCursor below_;
  uint64_t lines_at_frontier_ = 0;      // absolute, for the holes
  uint64_t lines_above_ = 0;
  std::map<uint64_t, Interval> above_;  // by begin; disjoint, never touching each other or the frontier
};

}  // namespace tailrace
