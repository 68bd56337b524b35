#include "sinks/spool/stream_map.h"

#include <gtest/gtest.h>

#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

class StreamMapTest : public testing::Test {
 protected:
  void Lines(size_t n) {
    for (; n > 0; --n) stream_.Add(Frame("stdout", ++time_, "a line"));
  }
  std::string Piece() { return Partial("stderr", time_, "piece", "id", 1, false); }

  TestSpool spool_;
  TestStream stream_{spool_.disk, spool_.NewStream()};
  int64_t time_ = 1000;
};

TEST_F(StreamMapTest, AnEmptyStreamHasNothing) {
  StreamMap map(spool_.disk, stream_.stream());
  EXPECT_TRUE(map.segments().empty());
  EXPECT_TRUE(map.runs().empty());
  EXPECT_EQ(map.first(), 0u);
  EXPECT_EQ(map.whole_end(), 0u);
  EXPECT_FALSE(map.reaches_end());
  EXPECT_EQ(map.End()->counts.total(), 0u);
}

TEST_F(StreamMapTest, RunsAreSplitAtGaps) {
  Lines(2);
  stream_.Roll();
  Lines(2);
  stream_.Lose({Frame("stdout", 1, "lost")}, GapReason::kDropNewest, 3);
  Lines(1);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  ASSERT_EQ(map.segments().size(), 3u);
  ASSERT_EQ(map.runs().size(), 2u);
  EXPECT_EQ(map.runs()[0].last, 1u);
  EXPECT_EQ(map.runs()[1].first, 2u);
  EXPECT_TRUE(map.reaches_end());
  EXPECT_EQ(map.EndOf(map.runs()[0])->counts.total(), 4u);
  EXPECT_EQ(map.EndOf(map.runs()[1])->counts.total(), 6u);
}

TEST_F(StreamMapTest, ShowsNothingOfWhatComesLater) {
  Lines(3);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  const uint64_t end = map.whole_end();
  Lines(3);
  stream_.IndexHere();
  stream_.Roll();
  Lines(1);
  stream_.Publish();
  EXPECT_EQ(map.segments().back().end, end);
  EXPECT_EQ((*map.Lines(0))->size(), 1u);
  EXPECT_EQ(map.End()->counts.total(), 3u);
}

TEST_F(StreamMapTest, ACutFrameAtTheEndIsNotThere) {
  Lines(1);
  stream_.Publish();
  const uint64_t end = stream_.whole_end();
  stream_.AddCut(Frame("stdout", 1, "not yet"), 9);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  EXPECT_EQ(map.whole_end(), end);
  EXPECT_EQ(map.segments().back().end, end);
}

TEST_F(StreamMapTest, StepsBackThroughARun) {
  Lines(1);
  stream_.IndexHere();
  Lines(1);
  stream_.Roll();
  Lines(1);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  StreamMap::Spot spot{1, 0};
  std::vector<uint64_t> counts;
  for (bool more = true; more; more = *map.StepBack(map.runs()[0], spot)) {
    counts.push_back(map.LineAt(spot)->counts.total());
  }
  EXPECT_EQ(counts, (std::vector<uint64_t>{2, 1, 0}));
}

// Attached after a restart, and not walked yet: the stream itself knows neither counts nor times.
TEST_F(StreamMapTest, TheEndOfAStreamThatWasNotWalkedIsKnownFromItsNewestSegment) {
  Lines(2);
  stream_.Add(Piece());
  stream_.Roll();
  stream_.Publish();
  StreamProgress unknown;
  unknown.end = stream_.whole_end();
  unknown.whole_end = stream_.whole_end();
  ContainerSignal signal;
  Stream attached(stream_.stream().facts(), stream_.stream().directory(), signal);
  attached.Load(stream_.stream().Segments(), unknown, false);
  StreamMap map(spool_.disk, attached);
  const Result<IndexLine> end = map.End();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->counts.total(), 2u);
  EXPECT_EQ(end->time_max, time_);
  EXPECT_TRUE(end->is_open[1]);
}

TEST_F(StreamMapTest, NothingIsOpenBehindAGap) {
  Lines(1);
  stream_.Add(Piece());
  stream_.Lose({Frame("stderr", 1, "lost")}, GapReason::kDropNewest, 0);
  StreamMap map(spool_.disk, stream_.stream());
  EXPECT_FALSE(map.reaches_end());
  EXPECT_EQ(map.End()->is_open, (std::array<bool, kSources>{}));
  EXPECT_EQ(map.EndOf(map.runs()[0])->is_open, (std::array<bool, kSources>{}));
  EXPECT_EQ(map.EndOf(map.runs()[0])->counts.total(), 1u);
  EXPECT_EQ(map.End()->counts.total(), 2u);
}

TEST_F(StreamMapTest, WalksFramesOfAnySizeUntilItIsTold) {
  Lines(1);
  stream_.Add(Frame("stderr", 7, std::string(300'000, 'x')));
  Lines(1);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  std::vector<Source> seen;
  uint64_t last_end = 0;
  ASSERT_TRUE(map.Walk(0, *map.LineAt({0, 0}), map.whole_end(), [&](const EntrySummary& entry, uint64_t end) {
    seen.push_back(entry.source);
    last_end = end;
    return true;
  }).ok());
  EXPECT_EQ(seen, (std::vector<Source>{Source::kStdout, Source::kStderr, Source::kStdout}));
  EXPECT_EQ(last_end, map.whole_end());
  seen.clear();
  ASSERT_TRUE(map.Walk(0, *map.LineAt({0, 0}), map.whole_end(), [&](const EntrySummary& entry, uint64_t) {
    seen.push_back(entry.source);
    return false;
  }).ok());
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_GT(map.blocks_read(), 0u);
}

TEST_F(StreamMapTest, ADroppedSegmentIsNotFound) {
  Lines(2);
  stream_.Roll();
  Lines(2);
  stream_.Publish();
  StreamMap map(spool_.disk, stream_.stream());
  stream_.DropFirst(1);
  EXPECT_EQ(map.Lines(0).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(map.Lines(1).ok());
}

}  // namespace
}  // namespace tailrace
