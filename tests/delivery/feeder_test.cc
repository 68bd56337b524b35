#include "delivery/feeder.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

class FeederTest : public testing::Test {
 protected:
  Batch NewBatch() { return Batch(Budget::Lease(budget_, share_)); }
  std::unique_ptr<StreamSlot> Add(const Stream& stream) {
    std::unique_ptr<StreamSlot> slot = rig_.NewSlot(stream);
    feeder_.Add(*slot);
    return slot;
  }
  DeliveryRig rig_;
  Budget budget_;
  BudgetShare share_;
  Books books_;
  Feeder feeder_{{rig_.disk, rig_.buffer, books_, false}};
};

// By a missing index, reads end in the middle of a frame: each goes on with a rest of the one before.
class FeederTurnTest : public FeederTest, public testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutIndex, FeederTurnTest, testing::Bool());

TEST_P(FeederTurnTest, ANoisyStreamDoesNotStarveAQuietOne) {
  const StreamLease noisy = rig_.NewStream();
  const StreamLease quiet = rig_.NewStream();
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += Frame("stdout", ++rig_.time_nano, "a line of about forty bytes");
  rig_.Write(*noisy, lines);
  rig_.WriteLine(*quiet, "hello");
  if (!GetParam()) {
    ASSERT_TRUE(rig_.disk.Unlink(noisy->IndexPath(0)).ok());
  }
  const auto a = Add(*noisy);
  const auto b = Add(*quiet);
  Batch batch = NewBatch();
  EXPECT_GT(feeder_.UnreadBytes(UINT64_MAX), 1'000'000u);
  const uint64_t walked = feeder_.FillNew(batch, {});
  EXPECT_GT(walked, 100'000u);
  bool is_quiet_in = false;
  for (const BatchRecord& record : batch.records()) is_quiet_in |= record.range.slot == b.get();
  EXPECT_TRUE(is_quiet_in);
}

TEST_F(FeederTest, TwoNoisyOnesShareBytesNotLines) {
  const StreamLease small = rig_.NewStream();
  const StreamLease large = rig_.NewStream();
  std::string lines;
  for (int i = 0; i < 12'000; ++i) lines += Frame("stdout", ++rig_.time_nano, std::string(100, 's'));
  rig_.Write(*small, lines);
  lines.clear();
  for (int i = 0; i < 1500; ++i) lines += Frame("stdout", ++rig_.time_nano, std::string(1000, 'l'));
  rig_.Write(*large, lines);
  const auto a = Add(*small);
  const auto b = Add(*large);
  std::map<const StreamSlot*, uint64_t> bytes;
  for (int i = 0; i < 4; ++i) {
    Batch batch = NewBatch();
    feeder_.FillNew(batch, {});
    for (const BatchRecord& record : batch.records()) {
      bytes[record.range.slot] += record.range.place.tile.end - record.range.place.tile.begin;
    }
  }
  EXPECT_NEAR(static_cast<double>(bytes[a.get()]), static_cast<double>(bytes[b.get()]), 140'000);
}

TEST_F(FeederTest, WhatDoesNotFitComesNext) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 100; ++i) rig_.WriteLine(*stream, "line " + std::to_string(i));
  const auto slot = Add(*stream);
  uint64_t next = 0;
  size_t records = 0;
  while (feeder_.UnreadBytes(1) > 0) {
    Batch batch = NewBatch();
    feeder_.FillNew(batch, {.bytes = BatchLimits::kBytesMax, .records = 7});
    for (const BatchRecord& record : batch.records()) {
      EXPECT_EQ(record.range.place.first, next);
      next = record.range.place.tile.end;
    }
    records += batch.size();
    ASSERT_LE(batch.size(), 7u);
  }
  EXPECT_EQ(records, 100u);
}

TEST_F(FeederTest, AGroupIsReadAgainAndWhatIsLeftStays) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 50; ++i) rig_.WriteLine(*stream, "line " + std::to_string(i), i % 2 == 0 ? "stdout" : "stderr");
  const auto slot = Add(*stream);
  Batch batch = NewBatch();
  feeder_.FillNew(batch, {});
  const std::string body = batch.TakeBody();
  RetryGroups groups;
  RetryGroup group;
  for (const RetryRange& range : RangesOf(batch.records(), 0, batch.size())) group.ranges.push_back(range);
  EXPECT_EQ(group.ranges.size(), 2u);
  ASSERT_TRUE(groups.Add(group));
  std::map<std::string, int> seen;
  size_t records = 0;
  while (RetryGroup* due = groups.Due({0})) {
    Batch again = NewBatch();
    feeder_.FillGroup(again, {.bytes = BatchLimits::kBytesMax, .records = 8}, groups, *due);
    EXPECT_LE(again.size(), 8u);
    records += again.size();
    groups.EraseIfDone(*due);
    ASSERT_FALSE(again.empty());
  }
  EXPECT_EQ(records, 50u);
}

TEST_F(FeederTest, WhatIsSettledIsNotSentAgain) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 10; ++i) rig_.WriteLine(*stream, "line");
  const auto slot = Add(*stream);
  Batch batch = NewBatch();
  feeder_.FillNew(batch, {});
  for (const size_t i : {3u, 4u, 7u}) books_.Settle(*slot, batch.records()[i].range.place, Settlement::kDelivered);
  slot->Rewind();
  Batch again = NewBatch();
  feeder_.FillNew(again, {});
  EXPECT_EQ(again.size(), 7u);
}

TEST_F(FeederTest, OfEachHeldStreamOneRecordIsTried) {
  const StreamLease a = rig_.NewStream();
  const StreamLease b = rig_.NewStream();
  for (int i = 0; i < 5; ++i) {
    rig_.WriteLine(*a, "a");
    rig_.WriteLine(*b, "b");
  }
  const auto slot_a = Add(*a);
  const auto slot_b = Add(*b);
  Batch batch = NewBatch();
  feeder_.FillNew(batch, {});
  for (const BatchRecord& record : batch.records()) AppendRange(record.range.slot->held, record.range);
  for (StreamSlot* slot : {slot_a.get(), slot_b.get()}) {
    slot->is_held = true;
    slot->hold_until = MonoTime{100};
  }
  EXPECT_EQ(feeder_.UnreadBytes(UINT64_MAX), 0u);
  Batch early = NewBatch();
  feeder_.FillHeld(early, MonoTime{99});
  EXPECT_TRUE(early.empty());
  Batch probe = NewBatch();
  feeder_.FillHeld(probe, MonoTime{100});
  EXPECT_EQ(probe.size(), 2u);
  EXPECT_EQ(slot_a->hold_until, kNever);
  EXPECT_EQ(slot_a->held.front().place.tile.lines(), 4u);
}

TEST_F(FeederTest, AnOrderedStreamHasOneRequestUnderWay) {
  Feeder ordered({rig_.disk, rig_.buffer, books_, true});
  const StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  const auto slot = rig_.NewSlot(*stream);
  ordered.Add(*slot);
  slot->in_batches = 1;
  EXPECT_EQ(ordered.UnreadBytes(1), 0u);
  slot->in_batches = 0;
  slot->in_groups = 1;
  EXPECT_EQ(ordered.UnreadBytes(1), 0u);
  slot->in_groups = 0;
  EXPECT_GT(ordered.UnreadBytes(1), 0u);
  ordered.Remove(*slot);
  EXPECT_EQ(ordered.UnreadBytes(1), 0u);
}

TEST_F(FeederTest, AGapIsCountedOnceWithItsMarker) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  for (int i = 0; i < 200; ++i) rig_.WriteLine(*stream, std::string(900, 'x'), i % 2 == 0 ? "stdout" : "stderr");
  rig_.Drop(*stream, stream->Segments()[1].start);
  const auto slot = Add(*stream);
  Batch batch = NewBatch();
  feeder_.FillNew(batch, {});
  ASSERT_TRUE(batch.records()[0].range.is_marker());
  const uint64_t lost = batch.records()[0].range.place.lost_lines;
  EXPECT_EQ(lost + batch.size() - 1, 200u);
  for (const BatchRecord& record : batch.records()) books_.Settle(*slot, record.range.place, Settlement::kDelivered);
  EXPECT_EQ(books_.dropped, lost);
  EXPECT_EQ(books_.delivered, 200 - lost);
}

}  // namespace
}  // namespace tailrace
