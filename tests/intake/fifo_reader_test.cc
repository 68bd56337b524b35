// FifoReader by way of Intake: limits, full disks, blocking, streams that the disk refused.
#include "intake/fifo_reader.h"

#include <gtest/gtest.h>

#include "tests/intake/intake_rig.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FifoReaderTest : public testing::Test {
 protected:
  void SetLimit(IntakeLimit limit) {
    rig_.intake->SetLimit(rig_.stream("a").id(), limit);
    rig_.RunFor(milliseconds(1));
  }
  uint64_t Dropped() { return rig_.intake->stats().lines_dropped_newest.load(); }
  void ExpectOneGap(uint64_t lines, uint64_t frames) {
    const ReadBack back = rig_.Read("a");
    ASSERT_EQ(back.gaps.size(), 1u);
    EXPECT_EQ(back.gaps[0].lines, lines);
    EXPECT_EQ(back.gaps[0].reason, GapReason::kDropNewest);
    EXPECT_EQ(back.frames, frames);
    EXPECT_EQ(back.damaged_bytes, 0u);
  }
  IntakeRig rig_;
};

TEST_F(FifoReaderTest, TakesWhatComesAndEndsAtEof) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 3000, 100));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrames(0, 3000, 100)));
  EXPECT_EQ(rig_.intake->stats().lines_taken.load(), 3000u);
  EXPECT_EQ(rig_.intake->stats().bytes_taken.load(), LineFrames(0, 3000, 100).size());
  EXPECT_FALSE(rig_.IsOver("a"));
  rig_.Close("a");
  rig_.RunFor(milliseconds(1));
  EXPECT_TRUE(rig_.IsOver("a"));
  EXPECT_TRUE(rig_.Read("a").is_ended);
}

TEST_F(FifoReaderTest, LimitDiscardCountsAndLeavesAnExactGap) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 100, 100));
  SetLimit(IntakeLimit::kDiscard);
  rig_.WriteAll("a", LineFrames(100, 900, 100));
  rig_.RunFor(milliseconds(300));
  EXPECT_EQ(Dropped(), 900u);
  EXPECT_TRUE(rig_.Read("a").gaps.empty());  // Its end is not known yet.
  SetLimit(IntakeLimit::kNone);
  rig_.RunFor(seconds(1));
  rig_.WriteAll("a", LineFrames(1000, 50, 100));
  ExpectOneGap(900, 150);
  EXPECT_EQ(rig_.intake->stats().lines_taken.load(), 150u);
  EXPECT_EQ(rig_.log.Count("lines-lost"), 1u);
  EXPECT_TRUE(rig_.journal->notes().Streams().empty());
}

TEST_F(FifoReaderTest, LimitThatTookNothingLeavesNoTrace) {
  rig_.Begin("a");
  const std::string frame = LineFrame(1, 300);
  rig_.WriteAll("a", LineFrame(0) + frame.substr(0, 100));
  SetLimit(IntakeLimit::kDiscard);
  rig_.RunFor(milliseconds(300));
  SetLimit(IntakeLimit::kNone);
  rig_.RunFor(milliseconds(500));
  rig_.WriteAll("a", frame.substr(100) + LineFrame(2));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrame(0) + frame + LineFrame(2)));
  EXPECT_EQ(rig_.stream("a").Segments().size(), 1u);
}

TEST_F(FifoReaderTest, CutFrameAtALimitIsReadAwayToItsEnd) {
  rig_.Begin("a");
  const std::string frame = LineFrame(1, 3000);
  rig_.WriteAll("a", LineFrame(0) + frame.substr(0, 1000));
  SetLimit(IntakeLimit::kDiscard);
  rig_.WriteAll("a", frame.substr(1000) + LineFrame(2));
  SetLimit(IntakeLimit::kNone);
  rig_.RunFor(seconds(1));
  rig_.WriteAll("a", LineFrame(3));
  ExpectOneGap(2, 2);
}

// Trap 21
TEST_F(FifoReaderTest, FullDiskIsWaitedForASecondThenLinesAreReadAway) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 100, 100));
  rig_.LeaveFree(0);
  const std::string more = LineFrames(100, 450, 100);
  ASSERT_LT(rig_.Write("a", more), more.size() + 1);
  rig_.RunFor(milliseconds(900));
  EXPECT_EQ(Dropped(), 0u);
  EXPECT_GT(rig_.InPipe("a"), 40'000u);  // Safe in the pipe.
  EXPECT_GT(rig_.reports.no_space, 50);
  rig_.RunFor(milliseconds(300));
  EXPECT_EQ(rig_.InPipe("a"), 0u);
  EXPECT_GT(Dropped(), 300u);
  rig_.LeaveAllFree();
  rig_.RunFor(seconds(1));
  rig_.WriteAll("a", LineFrames(600, 10, 100));
  const ReadBack back = rig_.Read("a");
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].lines, Dropped());
  EXPECT_EQ(back.frames + back.gaps[0].lines, 560u);
}

TEST_F(FifoReaderTest, RoomWithinTheSecondLosesNothing) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10, 100));
  rig_.LeaveFree(0);
  EXPECT_GT(rig_.Write("a", LineFrames(10, 400, 100)), 0u);
  rig_.RunFor(milliseconds(950));
  rig_.LeaveAllFree();
  rig_.RunFor(milliseconds(50));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrames(0, 410, 100)));
  EXPECT_EQ(Dropped(), 0u);
}

// In a folder that is not the plugin's own nobody else looks for FIFOs.
TEST_F(FifoReaderTest, StreamThatTheDiskRefusedIsReadAfterAKillTooAndItsCountGoesOn) {
  rig_.disk.FailFrom(1, StatusCode::kNoSpace, {.kinds = {Call::kMakeDir}, .path_part = "/c/"});
  rig_.Begin("a");
  ASSERT_FALSE(rig_.streams.at("a")->is_committed());
  for (const uint64_t lines : {0u, 500u, 0u}) {  // Killed before the first of them, and behind some.
    rig_.WriteAll("a", LineFrames(0, lines, 100));
    rig_.RunFor(milliseconds(300));
    rig_.KillAndRestart();
    rig_.WriteAll("a", LineFrames(0, 500, 100));
  }
  rig_.RunFor(milliseconds(300));
  EXPECT_EQ(rig_.streams.at("a")->Snapshot().progress.counts.total(), 2000u);
  rig_.Close("a");
  rig_.RunFor(seconds(1));
  EXPECT_TRUE(rig_.IsOver("a"));
}

// As where overwriting takes new blocks: the reserve has some.
TEST_F(FifoReaderTest, NoteThatFindsNoRoomIsReportedAndALaterOneKeepsTheCount) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 100, 100));
  SetLimit(IntakeLimit::kDiscard);
  rig_.disk.FailFrom(1, StatusCode::kNoSpace, {.kinds = {Call::kWriteAt}, .path_part = "discards"});
  rig_.WriteAll("a", LineFrames(100, 500, 100));
  EXPECT_GT(rig_.reports.no_space, 0);
  rig_.disk.ClearFailures();
  rig_.WriteAll("a", LineFrames(600, 10, 100));
  rig_.RunFor(milliseconds(300));
  rig_.KillAndRestart();
  rig_.RunFor(seconds(2));
  rig_.WriteAll("a", LineFrames(610, 50, 100));
  ExpectOneGap(510, 150);
}

TEST_F(FifoReaderTest, BlockLeavesTheFifoAloneForBlockMaxThenDiscards) {
  rig_.Begin("a", SpoolFull::kBlock, seconds(10));
  rig_.WriteAll("a", LineFrames(0, 10, 100));
  SetLimit(IntakeLimit::kBlock);
  EXPECT_EQ(rig_.Write("a", LineFrames(10, 400, 100)), LineFrames(10, 400, 100).size());
  rig_.RunFor(milliseconds(9'900));
  EXPECT_EQ(rig_.InPipe("a"), LineFrames(10, 400, 100).size());
  rig_.RunFor(milliseconds(200));
  EXPECT_EQ(rig_.InPipe("a"), 0u);
  EXPECT_EQ(Dropped(), 400u);
  SetLimit(IntakeLimit::kNone);
  rig_.RunFor(seconds(1));
  rig_.WriteAll("a", LineFrame(500));
  ExpectOneGap(400, 11);
}

TEST_F(FifoReaderTest, BlockThatIsLiftedInTimeLosesNothing) {
  rig_.Begin("a", SpoolFull::kBlock, seconds(10));
  SetLimit(IntakeLimit::kBlock);
  EXPECT_GT(rig_.Write("a", LineFrames(0, 300, 100)), 0u);
  rig_.RunFor(seconds(9));
  SetLimit(IntakeLimit::kNone);
  rig_.RunFor(milliseconds(200));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrames(0, 300, 100)));
}

TEST_F(FifoReaderTest, BlockForEverNeverDiscards) {
  rig_.Begin("a", SpoolFull::kBlock, Nanos(0));
  rig_.WriteAll("a", LineFrame(0));
  rig_.LeaveFree(0);
  EXPECT_GT(rig_.Write("a", LineFrames(1, 300, 100)), 0u);
  rig_.RunFor(std::chrono::minutes(10));
  EXPECT_EQ(Dropped(), 0u);
  rig_.LeaveAllFree();
  rig_.RunFor(milliseconds(200));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrame(0) + LineFrames(1, 300, 100)));
}

TEST_F(FifoReaderTest, UncommittedStreamIsReadAwayUntilItIsOnDisk) {
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kMakeDir}});
  rig_.Begin("a");
  ASSERT_FALSE(rig_.stream("a").is_committed());
  rig_.WriteAll("a", LineFrames(0, 300, 100));
  EXPECT_EQ(rig_.InPipe("a"), 0u);
  EXPECT_EQ(rig_.intake->stats().lines_no_disk.load(), 300u);
  rig_.disk.ClearFailures();
  ASSERT_TRUE(rig_.journal->Commit(rig_.stream("a")).ok());
  rig_.RunFor(seconds(1));
  rig_.WriteAll("a", LineFrames(300, 20, 100));
  const ReadBack back = rig_.Read("a");
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].lines, 300u);
  EXPECT_EQ(back.frames, 20u);
}

TEST_F(FifoReaderTest, UncommittedStreamEndsWithoutATrace) {
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kMakeDir}});
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 30));
  rig_.Close("a");
  rig_.RunFor(milliseconds(500));
  EXPECT_TRUE(rig_.IsOver("a"));
}

}  // namespace
}  // namespace tailrace
