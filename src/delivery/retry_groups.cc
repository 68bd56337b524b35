#include "delivery/retry_groups.h"

#include <algorithm>

#include "base/check.h"
#include "delivery/stream_slot.h"

namespace tailrace {

bool RetryGroups::Add(RetryGroup group) {
  if (group.ranges.empty()) return true;
  if (ranges_ + group.ranges.size() > kRangesMax) return false;
  if (Merge(group)) return true;
  if (groups_.size() >= kGroupsMax) return false;
  for (const RetryRange& range : group.ranges) ++range.slot->in_groups;
  ranges_ += group.ranges.size();
  if (group.origin.is_isolated) {
    groups_.push_front(std::move(group));
  } else {
    groups_.push_back(std::move(group));
  }
  return true;
}

// Joins it to the last group if that failed as often: what one overloaded server refuses in many answers is one group.
bool RetryGroups::Merge(RetryGroup& group) {
  if (groups_.empty() || group.origin.is_isolated) return false;
  RetryGroup& last = groups_.back();
  const bool is_like = !last.origin.is_isolated && last.origin.attempts == group.origin.attempts &&
                       last.limits.bytes == group.limits.bytes && last.limits.records == group.limits.records;
  if (!is_like) return false;
  for (const RetryRange& range : group.ranges) {
    last.ranges.push_back(range);
    ++ranges_;
    ++range.slot->in_groups;
  }
  last.origin.first_failed = std::min(last.origin.first_failed, group.origin.first_failed);
  last.not_before = std::max(last.not_before, group.not_before);
  return true;
}

RetryGroup* RetryGroups::Due(MonoTime now) {
  for (RetryGroup& group : groups_) {
    if (group.not_before <= now) return &group;
  }
  return nullptr;
}

RetryRange RetryGroups::PopRange(RetryGroup& group) {
  CHECK(!group.ranges.empty());
  const RetryRange range = group.ranges.front();
  group.ranges.pop_front();
  --ranges_;
  CHECK_GT(range.slot->in_groups, 0u);
  --range.slot->in_groups;
  return range;
}

void RetryGroups::PushRange(RetryGroup& group, const RetryRange& range) {
  group.ranges.push_front(range);
  ++ranges_;
  ++range.slot->in_groups;
}

void RetryGroups::EraseIfDone(RetryGroup& group) {
  if (!group.ranges.empty()) return;
  groups_.remove_if([&](const RetryGroup& other) { return &other == &group; });
}

MonoTime RetryGroups::NextDue() const {
  MonoTime next = kNever;
  for (const RetryGroup& group : groups_) next = std::min(next, group.not_before);
  return next;
}

void RetryGroups::Clear() {
  for (RetryGroup& group : groups_) {
    for (const RetryRange& range : group.ranges) --range.slot->in_groups;
  }
  groups_.clear();
  ranges_ = 0;
}

uint64_t RetryGroups::Lines() const {
  uint64_t lines = 0;
  for (const RetryGroup& group : groups_) {
    for (const RetryRange& range : group.ranges) lines += range.place.tile.lines();
  }
  return lines;
}

}  // namespace tailrace
