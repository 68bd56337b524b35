#include "delivery/batch.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

class BatchTest : public testing::Test {
 protected:
  BatchTest() : stream_(rig_.NewStream()), slot_(rig_.NewSlot(*stream_)) {}
  Batch NewBatch() { return Batch(Budget::Lease(budget_, share_)); }
  static Record LineAt(uint64_t begin, Source source, std::string_view text) {
    Record record;
    record.place.tile = {source, begin, begin + 10, begin / 10, begin / 10 + 1};
    record.place.first = begin;
    record.text = text;
    return record;
  }
  DeliveryRig rig_;
  Budget budget_;
  BudgetShare share_;
  StreamLease stream_;
  std::unique_ptr<StreamSlot> slot_;
};

TEST_F(BatchTest, TakesWhatFits) {
  Batch batch = NewBatch();
  const BatchLimits limits{.bytes = 1000, .records = 3};
  EXPECT_EQ(batch.Append(*slot_, LineAt(0, Source::kStdout, std::string(5000, 'x')), limits), Batch::Fit::kTaken);
  EXPECT_EQ(batch.Append(*slot_, LineAt(10, Source::kStdout, "b"), limits), Batch::Fit::kFull);
  EXPECT_EQ(batch.size(), 1u);
  Batch small = NewBatch();
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(small.Append(*slot_, LineAt(10 * i, Source::kStdout, "b"), limits), Batch::Fit::kTaken);
  }
  EXPECT_EQ(small.Append(*slot_, LineAt(30, Source::kStdout, "b"), limits), Batch::Fit::kFull);
  const size_t bytes = small.body_bytes();
  EXPECT_EQ(small.TakeBody().size(), bytes);
}

TEST_F(BatchTest, MemoryIsLeasedAndGivenBack) {
  {
    Batch batch = NewBatch();
    uint64_t at = 0;
    while (batch.Append(*slot_, LineAt(at, Source::kStdout, std::string(500, 'x')), {}) == Batch::Fit::kTaken) at += 10;
    EXPECT_GE(budget_.used_bytes(), 1_MiB);
    EXPECT_LE(batch.body_bytes(), BatchLimits::kBytesMax);
    (void)batch.TakeBody();
    batch.KeepMemory(100'000);
    EXPECT_LE(budget_.used_bytes(), 400'000u);
  }
  EXPECT_EQ(budget_.used_bytes(), 0u);
}

TEST_F(BatchTest, WithoutMemoryARecordIsNotTaken) {
  Budget tiny(Budget::kBlockBytes * 4);
  BudgetShare share;
  Batch batch{Budget::Lease(tiny, share)};
  EXPECT_EQ(batch.Append(*slot_, LineAt(0, Source::kStdout, std::string(20'000, 'x')), {}), Batch::Fit::kTaken);
  EXPECT_EQ(batch.Append(*slot_, LineAt(10, Source::kStdout, std::string(20'000, 'x')), {}), Batch::Fit::kNoMemory);
  EXPECT_EQ(batch.size(), 1u);
}

TEST_F(BatchTest, MarkersSayWhatIsLost) {
  Batch batch = NewBatch();
  Record marker;
  marker.place.kind = RecordKind::kMarker;
  marker.place.first = 77;
  marker.place.lost_lines = 12;
  marker.place.reason = GapReason::kDropNewest;
  EXPECT_EQ(batch.Append(*slot_, marker, {}), Batch::Fit::kTaken);
  const std::string body = batch.TakeBody();
  EXPECT_NE(body.find(FakeBulkSink::Hex("tailrace: 12 lines lost here (drop-newest)")), std::string::npos);
  EXPECT_NE(body.find("-77m"), std::string::npos);
}

TEST_F(BatchTest, KnowsWhatWasSentBefore) {
  slot_->NoteSent(10);
  Batch batch = NewBatch();
  (void)batch.Append(*slot_, LineAt(0, Source::kStdout, "a"), {});
  (void)batch.Append(*slot_, LineAt(10, Source::kStdout, "b"), {});
  batch.MarkSent();
  EXPECT_TRUE(batch.records()[0].was_sent);
  EXPECT_FALSE(batch.records()[1].was_sent);
  EXPECT_EQ(slot_->sent_up_to(), 20u);
}

TEST_F(BatchTest, NeighboursOfASourceAreOneRange) {
  Batch batch = NewBatch();
  for (uint64_t i = 0; i < 10; ++i) {
    (void)batch.Append(*slot_, LineAt(10 * i, Source::kStdout, "a"), {});
    (void)batch.Append(*slot_, LineAt(10 * i, Source::kStderr, "b"), {});
  }
  const std::vector<RetryRange> ranges = RangesOf(batch.records(), 0, batch.size());
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].place.tile.end, 100u);
  EXPECT_EQ(ranges[0].place.tile.lines(), 10u);
  EXPECT_EQ(RangesOf(batch.records(), 0, 2).size(), 2u);
  std::vector<RetryRange> apart = RangesOf(batch.records(), 0, 1);
  AppendRange(apart, batch.records()[4].range);
  EXPECT_EQ(apart.size(), 2u);
}

}  // namespace
}  // namespace tailrace
