#include "journal/retention.h"

#include <gtest/gtest.h>

#include <map>

namespace tailrace {
namespace {

constexpr uint64_t kUnit = 100'000;  // of a segment, over the least that is worth sealing

// A stream of `count` segments of one unit each.
RetentionStream StreamOf(uint64_t id, size_t count, bool is_live, uint64_t settled = UINT64_MAX) {
  RetentionStream stream;
  stream.id.value = id;
  stream.is_live = is_live;
  stream.started_ns = static_cast<int64_t>(id);
  for (size_t i = 0; i < count; ++i) stream.segments.push_back({i * kUnit, (i + 1) * kUnit, false});
  stream.settled = settled;
  return stream;
}

RetentionContainer ContainerOf(std::vector<RetentionStream> streams, uint64_t history_units = 1000) {
  RetentionContainer container;
  container.history_bytes = history_units * kUnit;
  container.streams = std::move(streams);
  return container;
}

RetentionLimits SpoolLimit(uint64_t units) {
  RetentionLimits limits;
  limits.spool_bytes_max = units * kUnit;
  return limits;
}

uint64_t DroppedOf(const RetentionPlan& plan, const RetentionStream& stream) {
  for (const RetentionPlan::Drop& drop : plan.drops) {
    if (drop.stream != stream.id) continue;
    uint64_t count = 0;
    for (const Segment& segment : stream.segments) count += segment.start < drop.keep_from;
    return count;
  }
  return 0;
}

IntakeLimit LimitOf(const RetentionPlan& plan, uint64_t id) {
  for (const RetentionPlan::Limit& limit : plan.limits) {
    if (limit.stream.value == id) return limit.limit;
  }
  ADD_FAILURE() << "no limit said of " << id;
  return IntakeLimit::kNone;
}

TEST(Retention, WithinItsLimitsNothingIsDropped) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 5, true)}), ContainerOf({StreamOf(2, 5, false)})};
  const RetentionPlan plan = PlanRetention(all, SpoolLimit(10));
  EXPECT_TRUE(plan.drops.empty());
  EXPECT_EQ(LimitOf(plan, 1), IntakeLimit::kNone);
  EXPECT_TRUE(plan.rolls.empty());
}

TEST(Retention, SettledBeyondTheHistoryGoesOldestFirst) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 3, false), StreamOf(2, 4, true)}, 4)};
  const RetentionPlan plan = PlanRetention(all, {});
  EXPECT_EQ(DroppedOf(plan, all[0].streams[0]), 3u);
  EXPECT_EQ(DroppedOf(plan, all[0].streams[1]), 0u);
}

TEST(Retention, UndeliveredStaysBeyondTheHistory) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 6, true, 2 * kUnit)}, 2)};
  EXPECT_EQ(DroppedOf(PlanRetention(all, {}), all[0].streams[0]), 2u);
}

TEST(Retention, SegmentWithOneUnsettledByteIsUndelivered) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 6, true, 2 * kUnit - 1)}, 1)};
  EXPECT_EQ(DroppedOf(PlanRetention(all, {}), all[0].streams[0]), 1u);
}

TEST(Retention, BacklogBeyondItsLimitGoesOnlyWhereTheOldestMay) {
  for (SpoolFull policy : {SpoolFull::kDropOldest, SpoolFull::kDropNewest, SpoolFull::kBlock}) {
    std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 6, true, 0)})};
    all[0].spool_full = policy;
    all[0].backlog_bytes = 4 * kUnit;
    const RetentionPlan plan = PlanRetention(all, {});
    EXPECT_EQ(DroppedOf(plan, all[0].streams[0]), policy == SpoolFull::kDropOldest ? 2u : 0u);
    EXPECT_EQ(LimitOf(plan, 1), policy == SpoolFull::kDropOldest   ? IntakeLimit::kNone
                                : policy == SpoolFull::kDropNewest ? IntakeLimit::kDiscard
                                                                   : IntakeLimit::kBlock);
  }
}

TEST(Retention, SpaceComesFromTheStoppedThenTheRunningThenTheUndelivered) {
  const std::vector<RetentionContainer> all{
      ContainerOf({StreamOf(1, 4, true, 0)}),      // undelivered
      ContainerOf({StreamOf(2, 4, true)}),         // running, settled
      ContainerOf({StreamOf(3, 4, false)}),        // stopped, settled
  };
  // The newest segment of a live stream stays: 4 + 3 + 3 may go.
  const uint64_t expected[][3] = {{0, 0, 0}, {0, 0, 1}, {0, 0, 4}, {0, 1, 4}, {0, 3, 4}, {1, 3, 4}, {3, 3, 4}, {3, 3, 4}};
  const uint64_t limits[] = {12, 11, 8, 7, 5, 4, 2, 1};
  for (size_t i = 0; i < std::size(limits); ++i) {
    const RetentionPlan plan = PlanRetention(all, SpoolLimit(limits[i]));
    for (size_t c = 0; c < 3; ++c) EXPECT_EQ(DroppedOf(plan, all[c].streams[0]), expected[i][c]) << limits[i] << " " << c;
  }
}

TEST(Retention, LargestBacklogGoesFirst) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 3, true, 0)}), ContainerOf({StreamOf(2, 8, true, 0)})};
  const RetentionPlan plan = PlanRetention(all, SpoolLimit(7));
  EXPECT_EQ(DroppedOf(plan, all[0].streams[0]), 0u);
  EXPECT_EQ(DroppedOf(plan, all[1].streams[0]), 4u);
}

TEST(Retention, FreeFloorCountsWhatTheHistoryHasFreed) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 6, false)}, 2), ContainerOf({StreamOf(2, 6, false)})};
  RetentionLimits limits;
  limits.free_bytes = kUnit;
  limits.free_bytes_min = 5 * kUnit;
  const RetentionPlan plan = PlanRetention(all, limits);
  EXPECT_EQ(DroppedOf(plan, all[0].streams[0]), 4u);
  EXPECT_EQ(DroppedOf(plan, all[1].streams[0]), 0u);
}

TEST(Retention, NewestThatCouldGoIsSealedAndItsStreamNotLimited) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 1, true, 0)})};
  const RetentionPlan plan = PlanRetention(all, SpoolLimit(0));
  ASSERT_EQ(plan.rolls.size(), 1u);
  EXPECT_EQ(LimitOf(plan, 1), IntakeLimit::kNone);
}

TEST(Retention, WhereNothingCanBeFreedIntakeIsLimited) {
  std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 1, true, 0)}), ContainerOf({StreamOf(2, 4, true, 0)}),
                                      ContainerOf({StreamOf(3, 4, true, 0)})};
  all[0].streams[0].segments[0].end = 1000;  // Too little to be worth a file of its own.
  all[1].spool_full = SpoolFull::kBlock;
  all[2].spool_full = SpoolFull::kDropNewest;
  const RetentionPlan plan = PlanRetention(all, SpoolLimit(1));
  EXPECT_TRUE(plan.drops.empty());
  EXPECT_TRUE(plan.rolls.empty());
  EXPECT_EQ(LimitOf(plan, 1), IntakeLimit::kDiscard);
  EXPECT_EQ(LimitOf(plan, 2), IntakeLimit::kBlock);
  EXPECT_EQ(LimitOf(plan, 3), IntakeLimit::kDiscard);
}

TEST(Retention, OlderStreamThatMustStayDoesNotProtectTheOthers) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 1, true), StreamOf(2, 5, false)})};
  EXPECT_EQ(DroppedOf(PlanRetention(all, SpoolLimit(2)), all[0].streams[1]), 4u);
}

TEST(Retention, SmallHistoryKeepsTheNewestSegmentOfAStoppedContainer) {
  const std::vector<RetentionContainer> all{ContainerOf({StreamOf(1, 5, false)}, 0)};
  EXPECT_EQ(DroppedOf(PlanRetention(all, {}), all[0].streams[0]), 4u);
}

TEST(Retention, SurplusStreamsGoWhenSettled) {
  std::vector<RetentionStream> streams;
  for (uint64_t id = 0; id < 12; ++id) streams.push_back(StreamOf(id, 1, id == 0, id == 1 ? 0 : UINT64_MAX));
  const std::vector<RetentionContainer> all{ContainerOf(std::move(streams))};
  RetentionLimits limits;
  limits.streams_max = 10;
  const RetentionPlan plan = PlanRetention(all, limits);
  ASSERT_EQ(plan.drops.size(), 2u);
  for (size_t id : {size_t{2}, size_t{3}}) EXPECT_EQ(DroppedOf(plan, all[0].streams[id]), 1u);
}

TEST(Retention, DefaultsFollowTheFileSystem) {
  EXPECT_EQ(DefaultSpoolLimit(1_GiB), 256_MiB);
  EXPECT_EQ(DefaultSpoolLimit(1000_GiB), 20_GiB);
  EXPECT_EQ(DefaultSpoolFree(1_GiB), 1_GiB / 10);
  EXPECT_EQ(DefaultSpoolFree(10_GiB), 1_GiB);
  EXPECT_EQ(DefaultSpoolFree(100_GiB), 5_GiB);
}

}  // namespace
}  // namespace tailrace
