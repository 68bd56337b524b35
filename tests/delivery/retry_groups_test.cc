#include "delivery/retry_groups.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

class RetryGroupsTest : public testing::Test {
 protected:
  RetryGroupsTest() : stream_(rig_.NewStream()), slot_(rig_.NewSlot(*stream_)) {}
  RetryGroup GroupAt(uint64_t begin, size_t ranges = 1) {
    RetryGroup group;
    for (size_t i = 0; i < ranges; ++i) {
      RetryRange range{.slot = slot_.get(), .place = {}};
      range.place.tile = {Source::kStdout, begin + 20 * i, begin + 20 * i + 10, i, i + 1};
      group.ranges.push_back(range);
    }
    return group;
  }
  RetryGroup PieceAt(uint64_t begin) {
    RetryGroup group = GroupAt(begin);
    group.origin.is_isolated = true;
    return group;
  }
  DeliveryRig rig_;
  StreamLease stream_;
  std::unique_ptr<StreamSlot> slot_;
  RetryGroups groups_;
};

TEST_F(RetryGroupsTest, PiecesOfASplitComeFirstTheLastOneBeforeAll) {
  EXPECT_TRUE(groups_.Add(GroupAt(0)));
  EXPECT_TRUE(groups_.Add(PieceAt(100)));
  EXPECT_TRUE(groups_.Add(PieceAt(200)));
  for (const uint64_t begin : {200u, 100u, 0u}) {
    RetryGroup* group = groups_.Due({0});
    ASSERT_NE(group, nullptr);
    EXPECT_EQ(groups_.PopRange(*group).place.tile.begin, begin);
    groups_.EraseIfDone(*group);
  }
  EXPECT_TRUE(groups_.empty());
  EXPECT_EQ(slot_->in_groups, 0u);
}

TEST_F(RetryGroupsTest, WhatFailedAlikeIsOneGroup) {
  for (uint64_t i = 0; i < 200; ++i) EXPECT_TRUE(groups_.Add(GroupAt(1000 * i, 3)));
  EXPECT_EQ(groups_.size(), 1u);
  EXPECT_EQ(groups_.ranges(), 600u);
  EXPECT_EQ(groups_.Lines(), 600u);
  RetryGroup older = GroupAt(0);
  older.origin.attempts = 3;
  EXPECT_TRUE(groups_.Add(older));
  EXPECT_EQ(groups_.size(), 2u);
}

TEST_F(RetryGroupsTest, RefusesBeyondItsBounds) {
  for (size_t i = 0; i < RetryGroups::kGroupsMax; ++i) {
    EXPECT_EQ(groups_.is_busy(), i >= RetryGroups::kGroupsBusy);
    EXPECT_TRUE(groups_.Add(PieceAt(100 * i)));
  }
  EXPECT_FALSE(groups_.Add(PieceAt(0)));
  groups_.Clear();
  EXPECT_EQ(slot_->in_groups, 0u);
  EXPECT_TRUE(groups_.Add(GroupAt(0, RetryGroups::kRangesMax)));
  EXPECT_TRUE(groups_.is_busy());
  EXPECT_FALSE(groups_.Add(GroupAt(1'000'000)));
  EXPECT_TRUE(groups_.Add(RetryGroup{}));
}

TEST_F(RetryGroupsTest, AGroupWaitsForItsTime) {
  RetryGroup group = GroupAt(0);
  group.not_before = MonoTime{500};
  EXPECT_EQ(groups_.NextDue(), kNever);
  EXPECT_TRUE(groups_.Add(group));
  EXPECT_EQ(groups_.Due({499}), nullptr);
  EXPECT_EQ(groups_.NextDue(), MonoTime{500});
  RetryGroup* due = groups_.Due({500});
  ASSERT_NE(due, nullptr);
  const RetryRange range = groups_.PopRange(*due);
  groups_.PushRange(*due, range);
  groups_.EraseIfDone(*due);
  EXPECT_EQ(groups_.ranges(), 1u);
}

}  // namespace
}  // namespace tailrace
