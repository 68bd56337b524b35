#include "delivery/settled_set.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace tailrace {

namespace {

uint64_t Difference(uint64_t larger, uint64_t smaller) { return larger > smaller ? larger - smaller : 0; }

void Count(SourceCursor& totals, Settlement how, uint64_t lines) {
  totals.lines += lines;
  switch (how) {
    case Settlement::kDelivered: totals.delivered += lines; return;
    case Settlement::kDuplicate:
      totals.delivered += lines;
      totals.duplicate += lines;
      return;
    case Settlement::kDead: totals.dead += lines; return;
    case Settlement::kDropped: totals.dropped += lines; return;
    case Settlement::kCorrupt: totals.corrupt += lines; return;
  }
}

void Add(SourceCursor& totals, const SourceCursor& more) {
  totals.lines += more.lines;
  totals.delivered += more.delivered;
  totals.duplicate += more.duplicate;
  totals.dead += more.dead;
  totals.dropped += more.dropped;
  totals.corrupt += more.corrupt;
}

}  // namespace

bool SettledSet::Contains(uint64_t first) const {
  if (first < below_.settled) return true;
  auto next = above_.upper_bound(first);
  return next != above_.begin() && first < std::prev(next)->second.end;
}

uint64_t SettledSet::UncoveredLines(const Tile& tile) const {
  uint64_t lines_at = tile.begin < below_.settled ? std::max(tile.lines_before, lines_at_frontier_) : tile.lines_before;
  uint64_t uncovered = 0;
  auto next = above_.upper_bound(tile.begin);
  if (next != above_.begin() && std::prev(next)->second.end > tile.begin) --next;
  for (; next != above_.end() && next->first < tile.end; ++next) {
    uncovered += Difference(std::min(next->second.lines_before, tile.lines_after), lines_at);
    lines_at = std::max(lines_at, next->second.lines_after);
  }
  return uncovered + Difference(tile.lines_after, lines_at);
}

uint64_t SettledSet::Settle(const Tile& tile, Settlement how) {
  CHECK_LE(tile.begin, tile.end);
  CHECK_LE(tile.lines_before, tile.lines_after);
  if (tile.begin == tile.end) {
    Count(below_, how, tile.lines());
    return tile.lines();
  }
  if (tile.end <= below_.settled) return 0;
  if (tile.begin == below_.settled && (above_.empty() || above_.begin()->first > tile.end)) {
    below_.settled = tile.end;  // The usual case: the next one.
    lines_at_frontier_ = tile.lines_after;
    Count(below_, how, tile.lines());
    return tile.lines();
  }
  Tile hole = tile;
  if (hole.begin < below_.settled) {
    hole.begin = below_.settled;
    hole.lines_before = std::max(hole.lines_before, lines_at_frontier_);
  }
  uint64_t settled = 0;
  while (hole.begin < tile.end) {
    auto next = above_.upper_bound(hole.begin);
    if (next != above_.begin() && std::prev(next)->second.end > hole.begin) --next;
    const bool is_last = next == above_.end() || next->first >= tile.end;
    hole.end = is_last ? tile.end : std::max(next->first, hole.begin);
    hole.lines_after = std::max(hole.lines_before, is_last ? tile.lines_after : next->second.lines_before);
    const uint64_t behind = is_last ? tile.end : next->second.end;
    const uint64_t lines_behind = is_last ? tile.lines_after : next->second.lines_after;
    if (hole.begin < hole.end) settled += Insert(hole, how);
    hole.begin = behind;
    hole.lines_before = std::max(hole.lines_before, lines_behind);
  }
  Advance();
  return settled;
}

// Nothing in `piece` is settled yet.
uint64_t SettledSet::Insert(const Tile& piece, Settlement how) {
  Interval interval{piece.end, piece.lines_before, piece.lines_after, {}};
  Count(interval.totals, how, piece.lines());
  lines_above_ += piece.lines();
  uint64_t begin = piece.begin;
  auto next = above_.lower_bound(begin);
  if (next != above_.end() && next->first == piece.end) {
    interval.end = next->second.end;
    interval.lines_after = next->second.lines_after;
    Add(interval.totals, next->second.totals);
    next = above_.erase(next);
  }
  if (next != above_.begin() && std::prev(next)->second.end == begin) {
    Interval& before = std::prev(next)->second;
    before.end = interval.end;
    before.lines_after = interval.lines_after;
    Add(before.totals, interval.totals);
  } else {
    above_.emplace_hint(next, begin, interval);
  }
  return piece.lines();
}

void SettledSet::Advance() {
  while (!above_.empty() && above_.begin()->first <= below_.settled) {
    const Interval& interval = above_.begin()->second;
    below_.settled = interval.end;
    lines_at_frontier_ = interval.lines_after;
    Add(below_, interval.totals);
    lines_above_ -= interval.totals.lines;
    above_.erase(above_.begin());
  }
}

}  // namespace tailrace
