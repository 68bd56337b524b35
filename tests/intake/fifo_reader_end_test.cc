// FifoReader by way of Intake: ends in every mode, kills, errors of the disk.
#include "intake/fifo_reader.h"

#include <gtest/gtest.h>

#include "tests/intake/intake_rig.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FifoReaderEndTest : public testing::Test {
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

// Trap 23
TEST_F(FifoReaderEndTest, EofIsSeenInEveryMode) {
  for (int mode = 0; mode < 5; ++mode) {
    SCOPED_TRACE(mode);
    IntakeRig rig;
    rig.Begin("a", mode == 2 || mode == 3 ? SpoolFull::kBlock : SpoolFull::kDropOldest, Nanos(0));
    rig.WriteAll("a", LineFrames(0, 10));
    const StreamId id = rig.stream("a").id();
    if (mode == 1) rig.intake->SetLimit(id, IntakeLimit::kDiscard);
    if (mode == 2) rig.intake->SetLimit(id, IntakeLimit::kBlock);
    if (mode >= 3) rig.LeaveFree(0);
    rig.RunFor(milliseconds(5));
    if (mode >= 3) {
      EXPECT_GT(rig.Write("a", LineFrames(10, 100, 100)), 0u);
    }
    rig.RunFor(mode == 4 ? milliseconds(2000) : milliseconds(50));  // 4: discarding on a full disk.
    rig.Close("a");
    if (mode >= 3) rig.LeaveAllFree();
    rig.RunFor(seconds(3));
    EXPECT_TRUE(rig.IsOver("a"));
    EXPECT_TRUE(rig.stream("a").ended());
    const ReadBack back = rig.Read("a");
    EXPECT_TRUE(back.is_ended);
    EXPECT_EQ(back.frames + back.lost_lines(), mode >= 3 ? 110u : 10u);
  }
}

TEST_F(FifoReaderEndTest, GapAtTheEndIsClosedOnDiskWhenThereIsRoom) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10));
  rig_.LeaveFree(0);
  EXPECT_GT(rig_.Write("a", LineFrames(10, 100, 100)), 0u);
  rig_.RunFor(seconds(2));
  const uint64_t lost = Dropped();
  EXPECT_GT(lost, 50u);
  rig_.Close("a");
  rig_.RunFor(seconds(5));
  EXPECT_TRUE(rig_.stream("a").ended());  // Followers need not wait for room.
  EXPECT_FALSE(rig_.IsOver("a"));
  rig_.LeaveAllFree();
  rig_.RunFor(seconds(2));
  EXPECT_TRUE(rig_.IsOver("a"));
  rig_.KillAndRestart();
  const ReadBack back = ReadFrom(rig_.disk, *rig_.journal->Find("box-a").at(0));
  EXPECT_EQ(back.lost_lines(), lost);
  EXPECT_EQ(back.frames + lost, 110u);
}

TEST_F(FifoReaderEndTest, ClosingStreamWhoseFolderRetentionTookIsFinished) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10));
  rig_.LeaveFree(0);
  EXPECT_GT(rig_.Write("a", LineFrames(10, 100, 100)), 0u);
  rig_.RunFor(seconds(2));
  rig_.Close("a");
  rig_.RunFor(seconds(2));
  ASSERT_FALSE(rig_.IsOver("a"));
  rig_.stream("a").DropAll();
  ASSERT_TRUE(rig_.journal->RemoveStream(rig_.stream("a")).ok());
  rig_.LeaveAllFree();
  rig_.RunFor(seconds(3));
  EXPECT_TRUE(rig_.IsOver("a"));
}

TEST_F(FifoReaderEndTest, DiscardGoesOnAfterAKill) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10));
  SetLimit(IntakeLimit::kDiscard);
  rig_.WriteAll("a", LineFrames(10, 200, 100));
  rig_.KillAndRestart();
  rig_.RunFor(milliseconds(500));
  rig_.WriteAll("a", LineFrames(210, 5));
  ExpectOneGap(200, 15);
}

// What had been read away before the kill is known from the note alone; nobody must see the stream end before it.
TEST_F(FifoReaderEndTest, ADiscardThatAKillAndTheEndFollowIsToldWithTheEnd) {
  const std::string kept = LineFrames(0, 10), lost = LineFrames(10, 200, 100);
  int deaths_behind_the_bytes = 0;
  for (uint64_t k = 1; k <= 20; ++k) {
    IntakeRig rig;
    rig.Begin("a");
    rig.WriteAll("a", kept);
    rig.intake->SetLimit(rig.stream("a").id(), IntakeLimit::kDiscard);
    rig.RunFor(milliseconds(5));
    ASSERT_EQ(rig.Write("a", lost), lost.size());
    rig.disk.DieAtCall(k, DeathMode::kAfter);
    try {
      rig.RunFor(milliseconds(20));
    } catch (const SimulatedDeath&) {
    }
    if (rig.InPipe("a") == 0) ++deaths_behind_the_bytes;
    rig.Close("a");
    rig.LeaveFree(0);  // So that the gap's end cannot be put on disk yet.
    rig.KillAndRestart();
    rig.intake->SetLimit(rig.stream("a").id(), IntakeLimit::kDiscard);
    rig.RunFor(milliseconds(100));
    if (!rig.stream("a").ended()) continue;  // It waits for room.
    EXPECT_EQ(rig.stream("a").Snapshot().progress.end, kept.size() + lost.size()) << k;
    EXPECT_EQ(rig.stream("a").Snapshot().progress.counts.total(), 210u) << k;
  }
  EXPECT_GT(deaths_behind_the_bytes, 0);
}

TEST_F(FifoReaderEndTest, CutFrameWhoseWriterDiedEndsTheDiscard) {
  for (size_t cut : {1u, 3u, 4u, 20u, 150u}) {
    IntakeRig rig;
    rig.Begin("a");
    rig.WriteAll("a", LineFrames(0, 10));
    rig.intake->SetLimit(rig.stream("a").id(), IntakeLimit::kDiscard);
    rig.RunFor(milliseconds(5));
    rig.Write("a", LineFrame(10) + LineFrame(11, 300).substr(0, cut));
    rig.Close("a");
    rig.RunFor(seconds(10));
    EXPECT_TRUE(rig.stream("a").ended()) << cut;
    EXPECT_TRUE(rig.IsOver("a")) << cut;
  }
}

TEST_F(FifoReaderEndTest, ErrorOfTheDiskBeginsANewSegmentAtOnce) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10));
  rig_.disk.FailCall(1, StatusCode::kIo, {.kinds = {Call::kSplice}});
  rig_.WriteAll("a", LineFrames(10, 100));
  EXPECT_TRUE(SameBytes(rig_.Read("a").bytes, LineFrames(0, 110)));
  EXPECT_EQ(rig_.stream("a").Segments().size(), 2u);
  EXPECT_EQ(rig_.intake->stats().io_errors.load(), 1u);
  EXPECT_TRUE(rig_.Read("a").gaps.empty());
}

TEST_F(FifoReaderEndTest, DiskThatIsDeadNeitherSpinsNorAborts) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10));
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSplice, Call::kReadAt}, .path_part = "/spool/c"});
  const uint64_t before = rig_.intake->stats().visits.load();
  rig_.WriteAll("a", LineFrames(10, 2000));
  rig_.RunFor(seconds(20));
  EXPECT_LT(rig_.intake->stats().visits.load() - before, 3000u);
  EXPECT_GT(Dropped(), 1900u);
  rig_.disk.ClearFailures();
  rig_.RunFor(seconds(3));
  rig_.WriteAll("a", LineFrames(2010, 10));
  const ReadBack back = rig_.Read("a");
  EXPECT_EQ(back.frames + back.lost_lines(), 2020u);
}

TEST_F(FifoReaderEndTest, UnreadableSegmentAtReattachIsLeftAndTheContainerGoesOn) {
  rig_.Begin("a");
  rig_.WriteAll("a", LineFrames(0, 10) + LineFrame(10, 300).substr(0, 100));
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = ".log"});
  rig_.KillAndRestart();
  rig_.WriteAll("a", LineFrame(10, 300).substr(100) + LineFrames(11, 500));
  rig_.RunFor(seconds(5));
  EXPECT_EQ(rig_.InPipe("a"), 0u);
  rig_.disk.ClearFailures();
  rig_.RunFor(seconds(5));
  rig_.WriteAll("a", LineFrames(600, 10));
  EXPECT_TRUE(rig_.Read("a").bytes.ends_with(LineFrames(600, 10)));
}

}  // namespace
}  // namespace tailrace
