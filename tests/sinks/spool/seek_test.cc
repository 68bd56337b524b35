#include "sinks/spool/seek.h"

#include <gtest/gtest.h>

#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

class SeekTest : public testing::Test {
 protected:
  // Each line has a time of its own: 1001, 1002, …
  void Lines(size_t n, std::string_view source = "stdout") {
    for (; n > 0; --n) stream_.Add(Frame(source, ++time_, "a line"));
  }
  void Piece(std::string_view source, bool last = false) {
    stream_.Add(Partial(source, time_, "piece", "id", 1, last));
  }
  StreamStart Tail(uint64_t lines, bool counts_open = true) {
    stream_.Publish();
    StreamMap map(spool_.disk, stream_.stream());
    left_ = lines;
    Result<StreamStart> start = SeekTail(map, left_, counts_open);
    blocks_ = map.blocks_read();
    EXPECT_TRUE(start.ok());
    return start.ok() ? *start : StreamStart{};
  }
  StreamStart Since(int64_t since) {
    stream_.Publish();
    StreamMap map(spool_.disk, stream_.stream());
    StreamStart start = *SeekFirst(map);
    EXPECT_TRUE(SeekSince(map, since, start).ok());
    blocks_ = map.blocks_read();
    return start;
  }

  TestSpool spool_;
  TestStream stream_{spool_.disk, spool_.NewStream()};
  int64_t time_ = 1000;
  uint64_t left_ = 0;
  uint64_t blocks_ = 0;
};

TEST_F(SeekTest, MoreLinesThanThereAreIsAllOfThem) {
  Lines(3);
  const StreamStart start = Tail(5);
  EXPECT_EQ(start.offset, 0u);
  EXPECT_EQ(start.wanted_from, 0u);
  EXPECT_EQ(left_, 2u);
}

TEST_F(SeekTest, NoLinesIsTheEnd) {
  Lines(3);
  const StreamStart start = Tail(0);
  EXPECT_EQ(start.offset, stream_.whole_end());
  EXPECT_TRUE(start.is_middle);
}

TEST_F(SeekTest, BeginsAtTheIndexLineBeforeTheFirstWantedOne) {
  Lines(10);
  stream_.IndexHere();
  const uint64_t indexed = stream_.whole_end();
  Lines(3);
  const uint64_t wanted = stream_.whole_end();
  Lines(4, "stderr");
  const StreamStart start = Tail(4);
  EXPECT_EQ(start.offset, indexed);
  EXPECT_EQ(start.counts.total(), 10u);
  EXPECT_EQ(start.wanted_from, wanted);
  EXPECT_EQ(start.first_wanted.ends[0], 13u);
  EXPECT_EQ(start.first_wanted.ends[1], 0u);
  EXPECT_EQ(left_, 0u);
  EXPECT_EQ(blocks_, 1u);
}

TEST_F(SeekTest, FindsItsSegmentAmongMany) {
  for (int i = 0; i < 200; ++i) {
    Lines(10);
    stream_.Roll();
  }
  for (uint64_t n : {1U, 9U, 10U, 11U, 777U, 1999U}) {
    const StreamStart start = Tail(n);
    EXPECT_EQ(start.counts.total(), (2000 - n) / 10 * 10) << n;
    EXPECT_EQ(start.first_wanted.total(), 2000 - n) << n;
    EXPECT_LE(blocks_, 1u);
  }
}

TEST_F(SeekTest, GoesBackToTheFirstPieceOfAWantedLine) {
  Lines(2);
  stream_.IndexHere();
  const uint64_t before = stream_.whole_end();
  Piece("stderr");
  Lines(2);
  stream_.IndexHere();
  Lines(2);
  stream_.Roll();
  Piece("stderr", true);
  Lines(1);
  const StreamStart start = Tail(2);
  EXPECT_EQ(start.offset, before);
  EXPECT_EQ(start.first_wanted.ends[0], 6u);
  EXPECT_EQ(start.first_wanted.ends[1], 0u);
}

TEST_F(SeekTest, DoesNotGoBackForALineThatIsNotWanted) {
  Piece("stderr");
  Lines(2);
  stream_.IndexHere();
  const uint64_t indexed = stream_.whole_end();
  Piece("stderr", true);
  Lines(3);
  const StreamStart start = Tail(3);
  EXPECT_EQ(start.offset, indexed);
  EXPECT_EQ(start.first_wanted.ends[1], 1u);
}

TEST_F(SeekTest, AnOpenLineCountsUnlessItMayStillEnd) {
  Lines(3);
  stream_.IndexHere();
  const uint64_t indexed = stream_.whole_end();
  Piece("stdout");
  StreamStart start = Tail(1);
  EXPECT_EQ(start.offset, indexed);
  EXPECT_EQ(start.first_wanted.ends[0], 3u);
  EXPECT_EQ(left_, 0u);
  start = Tail(1, false);
  EXPECT_EQ(start.first_wanted.ends[0], 2u);
  start = Tail(0, false);
  EXPECT_EQ(start.offset, indexed);  // It is wanted when it ends.
  EXPECT_EQ(start.first_wanted.ends[0], 3u);
}

TEST_F(SeekTest, OfTwoOpenLinesStderrIsTheLast) {
  Lines(1);
  Piece("stderr");
  Piece("stdout");
  const StreamStart start = Tail(1);
  EXPECT_EQ(start.first_wanted.ends[0], 2u);
  EXPECT_EQ(start.first_wanted.ends[1], 0u);
  EXPECT_EQ(left_, 0u);
}

TEST_F(SeekTest, AnOpenLineOfWhichNothingIsLeftDoesNotCount) {
  Piece("stderr");
  stream_.Roll();
  Lines(3);
  stream_.Roll();
  Lines(3);
  stream_.Publish();
  EXPECT_EQ(Tail(1).offset, 0u);  // All the way back for it.
  stream_.DropFirst(1);
  const StreamStart start = Tail(1);
  EXPECT_EQ(left_, 0u);
  EXPECT_EQ(start.first_wanted.ends[0], 5u);
}

TEST_F(SeekTest, LostLinesAreNotCounted) {
  Lines(5);
  stream_.Lose({Frame("stdout", 1, "lost"), Frame("stdout", 1, "lost")}, GapReason::kDropNewest, 0);
  const uint64_t behind = stream_.whole_end();
  Lines(2);
  StreamStart start = Tail(2);
  EXPECT_EQ(start.offset, behind);
  EXPECT_EQ(start.counts.total(), 7u);
  start = Tail(3);
  EXPECT_EQ(start.offset, 0u);
  EXPECT_EQ(start.first_wanted.total(), 4u);
  Tail(8);
  EXPECT_EQ(left_, 1u);
}

TEST_F(SeekTest, SinceJumpsOverWhatIsOlder) {
  Lines(10);
  stream_.IndexHere();
  Lines(10);
  stream_.Roll();
  Lines(10);
  stream_.IndexHere();
  Lines(10);
  EXPECT_EQ(Since(1005).counts.total(), 0u);
  EXPECT_EQ(Since(1010).counts.total(), 0u);  // 1010 is the latest before the index line: inclusive.
  EXPECT_EQ(Since(1011).counts.total(), 10u);
  EXPECT_EQ(Since(1021).counts.total(), 20u);
  EXPECT_EQ(Since(1040).counts.total(), 30u);
  EXPECT_EQ(Since(1041).offset, stream_.whole_end());
  EXPECT_EQ(blocks_, 0u);
}

TEST_F(SeekTest, SinceSkipsTheLineThatIsOpenWhereItLands) {
  Lines(2);
  Piece("stderr");
  stream_.IndexHere();
  time_ = 5000;
  Lines(2);
  const StreamStart start = Since(4000);
  EXPECT_EQ(start.counts.total(), 2u);
  EXPECT_TRUE(start.skips_open[1]);
  EXPECT_FALSE(start.skips_open[0]);
}

TEST_F(SeekTest, SinceDoesNotJumpOverAGapWhoseMarkerIsWanted) {
  Lines(2);
  stream_.Publish();
  const uint64_t gap = stream_.whole_end();
  stream_.Lose({Frame("stdout", 1003, "lost")}, GapReason::kDropNewest, 0);
  time_ = 5000;
  Lines(2);
  const StreamStart start = Since(4000);
  EXPECT_EQ(start.offset, gap);
  EXPECT_TRUE(start.is_middle);
}

TEST_F(SeekTest, AClockThatStepsBackHidesNothing) {
  time_ = 2000;
  Lines(5);
  stream_.IndexHere();
  time_ = 1000;
  Lines(5);
  stream_.IndexHere();
  time_ = 3000;
  Lines(5);
  EXPECT_EQ(Since(1001).counts.total(), 0u);
  EXPECT_EQ(Since(2005).counts.total(), 0u);
  EXPECT_EQ(Since(2006).counts.total(), 10u);
}

TEST_F(SeekTest, CountsBehindDamageAreThoseOfTheIndex) {
  Lines(5);
  stream_.Publish();
  const uint64_t middle = stream_.whole_end();
  Lines(5, "stderr");
  stream_.IndexHere();
  Lines(3);
  stream_.Publish();
  spool_.disk.FlipBits(stream_.SegmentPath(0), 0, '\x7f');  // Of no use from its beginning.
  Result<LineCounts> counts = CountsBefore(spool_.disk, stream_.stream(), middle);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->ends[0], 5u);
  EXPECT_EQ(counts->ends[1], 0u);
  counts = CountsBefore(spool_.disk, stream_.stream(), stream_.whole_end());
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->total(), 13u);
}

}  // namespace
}  // namespace tailrace
