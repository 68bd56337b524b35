// RetryGroups: what answers left unsettled, as ranges of streams that are read from the journal again before anything
// new: the one mechanism for retries, partial retries and bisection. Groups never share a batch. Owned by a
// Destination. Delivery thread.
#pragma once

#include <deque>
#include <list>
#include <vector>

#include "base/clock.h"
#include "delivery/batch.h"
#include "delivery/record.h"

namespace tailrace {

struct RetryGroup {
  std::deque<RetryRange> ranges;
  BatchLimits limits;
  BatchOrigin origin;
  MonoTime not_before{0};
};

class RetryGroups {
 public:
  static constexpr size_t kGroupsMax = 64;
  static constexpr size_t kRangesMax = 4096;
  // With more than this nothing new is sent: what is in flight may still come back.
  static constexpr size_t kGroupsBusy = kGroupsMax / 2;
  static constexpr size_t kRangesBusy = kRangesMax / 2;

  RetryGroups() = default;
  RetryGroups(const RetryGroups&) = delete;
  RetryGroups& operator=(const RetryGroups&) = delete;

  bool empty() const { return groups_.empty(); }
  size_t size() const { return groups_.size(); }
  size_t ranges() const { return ranges_; }
  bool is_busy() const { return groups_.size() >= kGroupsBusy || ranges_ >= kRangesBusy; }

  // False: there is no room; the caller rewinds. Pieces of a split come out before everything else, the last one first,
  // so that one is taken to its end before the next is begun; other groups that began to fail together are one.
  bool Add(RetryGroup group);
  // The group whose turn it is, if its time has come; null: none. Valid until the next Add.
  RetryGroup* Due(MonoTime now);
  // Takes the front range of a group out, or puts back what is left of it.
  RetryRange PopRange(RetryGroup& group);
  void PushRange(RetryGroup& group, const RetryRange& range);
  // Forgets the group if it has no more ranges.
  void EraseIfDone(RetryGroup& group);
  MonoTime NextDue() const;
  void Clear();

  // Line ends in all ranges.
  uint64_t Lines() const;

 private:
  bool Merge(RetryGroup& group);

  std::list<RetryGroup> groups_;
  size_t ranges_ = 0;
};

}  // namespace tailrace
