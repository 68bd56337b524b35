#include "intake/discard.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"
#include "tests/journal/lines.h"

namespace tailrace {
namespace {

class DiscardTest : public testing::Test {
 protected:
  DiscardTest() {
    CHECK(notes_.Open("/discards").ok());
    disk_.MakeFifo("/fifo");
    dockerd_ = disk_.OpenWriter("/fifo");
    fifo_ = std::move(*disk_.OpenFifo("/fifo"));
  }
  Discard FromStart(std::string cut_frame = "") {
    const uint64_t end = cut_frame.size();
    return Discard(notes_, StreamId{7}, StreamWalk(IndexLine{}), end, std::move(cut_frame));
  }
  Discard::Step Step(Discard& discard, bool takes_cut = false) {
    Result<Discard::Step> step = discard.DoStep(*fifo_, scratch_, takes_cut);
    CHECK(step.ok());
    return *step;
  }
  // Offers all of it as the pipe takes it, and discards.
  void Feed(Discard& discard, std::string_view bytes) {
    for (int turn = 0; turn < 100'000 && (!bytes.empty() || disk_.PipeBytes("/fifo") > 0); ++turn) {
      bytes.remove_prefix(dockerd_->Write(bytes));
      if (Step(discard).is_waiting && bytes.empty()) return;
    }
  }
  FakeClock clock_;
  MemDisk disk_{clock_};
  DiscardNotes notes_{disk_};
  std::unique_ptr<MemWriter> dockerd_;
  std::unique_ptr<Fifo> fifo_;
  std::vector<char> scratch_ = std::vector<char>(256_KiB);
};

TEST_F(DiscardTest, CountsWhatItReadsAway) {
  Discard discard = FromStart();
  const std::string bytes = LineFrames(0, 1000, 300);
  Feed(discard, bytes);
  EXPECT_EQ(discard.lines(), 1000u);
  EXPECT_EQ(discard.progress().end, bytes.size());
  EXPECT_EQ(discard.progress().counts.of(Source::kStderr), 333u);
  EXPECT_TRUE(discard.is_at_frame());
  EXPECT_EQ(Step(discard).kind, MoveOutcome::Kind::kEmpty);
  dockerd_->Close();
  EXPECT_EQ(Step(discard).kind, MoveOutcome::Kind::kEnded);
}

TEST_F(DiscardTest, BeginsWithTheRestOfACutFrameWhereverItIsCut) {
  const std::string frame = LineFrame(1, 200);
  for (size_t cut = 1; cut < frame.size(); ++cut) {
    Discard discard = FromStart(frame.substr(0, cut));
    EXPECT_FALSE(discard.is_at_frame());
    dockerd_->Write(frame.substr(cut) + LineFrame(2));
    Step(discard);
    ASSERT_EQ(discard.lines(), 2u) << cut;
    ASSERT_TRUE(discard.is_at_frame());
    ASSERT_EQ(discard.progress().end, frame.size() + LineFrame(2).size());
  }
}

TEST_F(DiscardTest, PiecesOfALineCountOnce) {
  Discard discard = FromStart();
  std::string bytes;
  for (const std::string& piece : SplitLine("stderr", 5, LineText(1, 50'000))) bytes += piece;
  Feed(discard, bytes + Partial("stdout", 6, "open", "id", 1, false));
  EXPECT_EQ(discard.lines(), 1u);
  EXPECT_TRUE(discard.progress().is_open[0]);
  EXPECT_FALSE(discard.progress().is_open[1]);
}

TEST_F(DiscardTest, WaitsForTheRestOfAFrameThatFitsThePipe) {
  Discard discard = FromStart();
  const std::string frame = LineFrame(1, 3000);
  dockerd_->Write(frame.substr(0, 1000));
  EXPECT_TRUE(Step(discard).is_waiting);
  EXPECT_EQ(disk_.PipeBytes("/fifo"), 1000u);
  dockerd_->Write(frame.substr(1000));
  EXPECT_EQ(Step(discard).bytes, frame.size());
  EXPECT_EQ(discard.lines(), 1u);
}

TEST_F(DiscardTest, FrameLargerThanThePipeGoesAsItComes) {
  for (size_t bytes : {60'000u, 65'536u, 70'000u, 300'000u, 1'048'580u}) {
    Discard discard = FromStart();
    const std::string all = LineFrame(0) + FrameOfBytes(2, bytes) + LineFrames(3, 4);
    Feed(discard, all);
    EXPECT_EQ(discard.lines(), 6u) << bytes;
    EXPECT_EQ(discard.progress().end, all.size());
    EXPECT_TRUE(discard.is_at_frame());
  }
}

TEST_F(DiscardTest, EndIsSeenBehindAFrameThatWillNeverBeWhole) {
  const std::string frame = LineFrame(1, 300);
  for (size_t cut = 1; cut < frame.size(); ++cut) {
    Discard discard = FromStart();
    if (!dockerd_->is_open()) dockerd_ = disk_.OpenWriter("/fifo");
    dockerd_->Write(LineFrame(0) + frame.substr(0, cut));
    dockerd_->Close();
    EXPECT_EQ(Step(discard).bytes, LineFrame(0).size());
    ASSERT_TRUE(Step(discard).is_waiting) << cut;
    ASSERT_EQ(Step(discard, true).bytes, cut);
    ASSERT_EQ(Step(discard).kind, MoveOutcome::Kind::kEnded);
    ASSERT_EQ(discard.progress().end, LineFrame(0).size() + cut);
  }
}

TEST_F(DiscardTest, FrameWhoseBeginningWasTakenIsJoinedWhenItComes) {
  const std::string frame = LineFrame(1, 300);
  for (size_t cut = 1; cut < frame.size(); ++cut) {
    Discard discard = FromStart();
    dockerd_->Write(frame.substr(0, cut));
    Step(discard, true);
    EXPECT_FALSE(discard.is_at_frame());
    dockerd_->Write(frame.substr(cut) + LineFrame(2));
    while (disk_.PipeBytes("/fifo") > 0) Step(discard);
    ASSERT_EQ(discard.lines(), 2u) << cut;
    ASSERT_TRUE(discard.is_at_frame());
  }
}

TEST_F(DiscardTest, DamageIsReadAwayToTheNextFrame) {
  Discard discard = FromStart();
  std::string broken = LineFrame(5, 200);
  StoreBig32(broken.data(), 0);
  Feed(discard, LineFrame(0) + broken + LineFrames(6, 10));
  EXPECT_EQ(discard.lines(), 11u);
  EXPECT_TRUE(discard.is_at_frame());
}

TEST_F(DiscardTest, CutFrameThatTurnsOutToBeDamageLosesNoFrameBehindIt) {
  for (size_t cut = 4; cut < 40; ++cut) {
    std::string broken = LineFrame(5, 60);
    StoreBig32(broken.data(), 5000);
    Discard discard = FromStart(broken.substr(0, cut));
    dockerd_->Write(broken.substr(cut) + LineFrames(6, 10));
    for (int turn = 0; turn < 10; ++turn) Step(discard);
    EXPECT_GE(discard.lines(), 9u) << cut;
  }
}

TEST_F(DiscardTest, UnknownCutFrameBeginsAtTheWritersEnd) {
  IndexLine line;
  line.offset = 100;
  line.counts.ends = {5, 0};
  Discard discard(notes_, StreamId{7}, StreamWalk(line), 250, "");
  EXPECT_EQ(discard.progress().end, 250u);
  Feed(discard, LineFrames(0, 10));
  EXPECT_EQ(discard.lines(), 10u);
  EXPECT_EQ(discard.progress().end, 250 + LineFrames(0, 10).size());
}

TEST_F(DiscardTest, GoesOnWithoutNotesAndSaysSo) {
  Discard discard = FromStart();
  disk_.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kWriteAt}});
  dockerd_->Write(LineFrames(0, 10));
  const Discard::Step step = Step(discard);
  EXPECT_FALSE(step.note_status.ok());
  EXPECT_EQ(discard.lines(), 10u);
}

TEST_F(DiscardTest, GarbageOfEveryKindEndsWithoutAnAbort) {
  SeededRandom random(5);
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    for (uint64_t n = random.Below(6); n > 0; --n) bytes += LineFrame(n, random.Below(200));
    for (uint64_t n = random.Below(30); n > 0 && !bytes.empty(); --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(random.Chance(0.5) ? 256 : 3));
    }
    const size_t cut = random.Below(bytes.size() + 1);
    Discard discard = FromStart(bytes.substr(0, cut));
    dockerd_->Write(bytes.substr(cut));
    for (int turn = 0; turn < 50; ++turn) Step(discard, random.Chance(0.5));
    ASSERT_TRUE(disk_.PipeBytes("/fifo") == 0 || fifo_->Drop(disk_.PipeBytes("/fifo")).ok());
    ASSERT_LE(discard.progress().end, bytes.size());
  }
}

}  // namespace
}  // namespace tailrace
