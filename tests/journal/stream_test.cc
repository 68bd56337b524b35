#include "journal/stream.h"

#include <gtest/gtest.h>

#include <thread>

namespace tailrace {
namespace {

StreamProgress ProgressAt(uint64_t end, uint64_t whole_end) {
  StreamProgress progress;
  progress.end = end;
  progress.whole_end = whole_end;
  return progress;
}

// Three segments: [0,100) and [100,250) next to each other, a gap, [400, 500) with a cut frame behind 480.
class StreamTest : public testing::Test {
 protected:
  void Load(bool after_discard, bool ended) {
    stream_.Load({{0, 100, false}, {100, 250, false}, {400, 500, after_discard}}, ProgressAt(500, 480), ended);
  }
  void ExpectData(uint64_t offset, uint64_t segment, uint64_t end, bool is_sealed) {
    const Place place = stream_.Locate(offset);
    EXPECT_EQ(place.kind, Place::Kind::kData) << offset;
    EXPECT_EQ(place.segment_start, segment) << offset;
    EXPECT_EQ(place.readable_end, end) << offset;
    EXPECT_EQ(place.is_sealed, is_sealed) << offset;
  }
  void ExpectGap(uint64_t offset, uint64_t end, GapReason reason) {
    const Place place = stream_.Locate(offset);
    EXPECT_EQ(place.kind, Place::Kind::kGap) << offset;
    EXPECT_EQ(place.gap_end, end) << offset;
    EXPECT_EQ(place.reason, reason) << offset;
  }
  ContainerSignal signal_;
  Stream stream_{StreamFacts{}, "/s", signal_};
};

TEST_F(StreamTest, LocatesEveryOffset) {
  Load(true, false);
  for (uint64_t offset = 0; offset < 100; ++offset) ExpectData(offset, 0, 100, true);
  for (uint64_t offset = 100; offset < 250; ++offset) ExpectData(offset, 100, 250, true);
  for (uint64_t offset = 250; offset < 400; ++offset) ExpectGap(offset, 400, GapReason::kDropNewest);
  for (uint64_t offset = 400; offset < 480; ++offset) ExpectData(offset, 400, 480, false);
  for (uint64_t offset : {480u, 490u, 499u, 500u, 1000u}) EXPECT_EQ(stream_.Locate(offset).kind, Place::Kind::kWait);
}

TEST_F(StreamTest, HoleWithoutADiscardIsDamage) {
  Load(false, false);
  ExpectGap(250, 400, GapReason::kDamage);
}

TEST_F(StreamTest, EndsBehindTheLastWholeFrame) {
  Load(false, true);
  ExpectData(479, 400, 480, false);
  for (uint64_t offset : {480u, 499u, 500u, 1000u}) EXPECT_EQ(stream_.Locate(offset).kind, Place::Kind::kEnd);
}

TEST_F(StreamTest, DropFirstNeverTakesTheNewest) {
  Load(false, false);
  EXPECT_TRUE(stream_.DropFirst(0).empty());
  EXPECT_EQ(stream_.DropFirst(101).size(), 2u);
  EXPECT_TRUE(stream_.DropFirst(UINT64_MAX).empty());
  ASSERT_EQ(stream_.Segments().size(), 1u);
  EXPECT_EQ(stream_.Snapshot().first, 400u);
  for (uint64_t offset : {0u, 99u, 100u, 399u}) ExpectGap(offset, 400, GapReason::kDropOldest);
  ExpectData(400, 400, 480, false);
}

TEST_F(StreamTest, DropFirstTakesOnlyWhatBeginsBefore) {
  Load(false, false);
  EXPECT_EQ(stream_.DropFirst(100).size(), 1u);
  ExpectGap(0, 100, GapReason::kDropOldest);
  ExpectData(100, 100, 250, true);
}

TEST_F(StreamTest, AllDroppedIsOneGapOfTheOldest) {
  Load(true, true);
  EXPECT_EQ(stream_.DropAll().size(), 3u);
  ExpectGap(0, 480, GapReason::kDropOldest);
  ExpectGap(300, 480, GapReason::kDropOldest);
  EXPECT_EQ(stream_.Locate(480).kind, Place::Kind::kEnd);
}

TEST_F(StreamTest, DiscardIsShownWhenItsEndIsKnown) {
  Load(false, false);
  stream_.PublishDiscard(ProgressAt(800, 800));
  ExpectData(450, 400, 500, true);  // The cut rest, too: it is part of what is lost.
  EXPECT_EQ(stream_.Locate(500).kind, Place::Kind::kWait);
  stream_.AddSegment({800, 800, true});
  ExpectGap(500, 800, GapReason::kDropNewest);
  EXPECT_EQ(stream_.Locate(800).kind, Place::Kind::kWait);
}

TEST_F(StreamTest, DiscardUpToTheEndIsShownAtTheEnd) {
  Load(false, false);
  stream_.PublishDiscard(ProgressAt(800, 800));
  stream_.End();
  ExpectGap(500, 800, GapReason::kDropNewest);
  EXPECT_EQ(stream_.Locate(800).kind, Place::Kind::kEnd);
}

TEST_F(StreamTest, FollowerWakesForPublishAndEndOnly) {
  Load(false, false);
  const uint64_t before = signal_.Sequence();
  stream_.PublishDiscard(ProgressAt(600, 600));
  EXPECT_EQ(signal_.Sequence(), before);
  stream_.AddSegment({600, 600, true});
  stream_.Publish(ProgressAt(700, 700));
  EXPECT_NE(signal_.Sequence(), before);
  const uint64_t published = signal_.Sequence();
  stream_.End();
  EXPECT_NE(signal_.Sequence(), published);
}

TEST(ContainerSignal, WaiterSeesARaiseThatWasFaster) {
  ContainerSignal signal;
  const uint64_t seen = signal.Sequence();
  signal.Raise();
  signal.WaitChanged(seen, std::chrono::hours(1));  // Returns at once, or the test times out.
  EXPECT_NE(signal.Sequence(), seen);
}

TEST(ContainerSignal, EveryWaiterIsWoken) {
  ContainerSignal signal;
  const uint64_t seen = signal.Sequence();
  std::vector<std::thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] {
      while (signal.Sequence() == seen) signal.WaitChanged(seen, std::chrono::minutes(10));
    });
  }
  signal.Raise();
  for (std::thread& waiter : waiters) waiter.join();
}

TEST(SegmentName, HasTwentyDigits) {
  EXPECT_EQ(SegmentName(0, ".log"), "00000000000000000000.log");
  EXPECT_EQ(SegmentName(UINT64_MAX, ".idx"), "18446744073709551615.idx");
}

}  // namespace
}  // namespace tailrace
