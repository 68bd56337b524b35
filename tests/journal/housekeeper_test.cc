#include "journal/housekeeper.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/journal/journal_rig.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ControlRecorder : public IntakeControl {
 public:
  void RequestRoll(StreamId stream) override { rolls.push_back(stream); }
  void SetLimit(StreamId stream, IntakeLimit limit) override { limits.emplace_back(stream, limit); }
  std::vector<StreamId> rolls;
  std::vector<std::pair<StreamId, IntakeLimit>> limits;
};

class HousekeeperTest : public testing::Test {
 protected:
  HousekeeperTest() { Begin({}); }
  ~HousekeeperTest() override {
    rig_.disk.ClearFailures();
    keeper_.reset();
  }
  void Begin(Housekeeper::Settings settings) {
    if (!settings.spool_free) settings.spool_free = 0;
    keeper_ = std::make_unique<Housekeeper>(settings, Housekeeper::Parts{rig_.disk, rig_.clock, rig_.log, *rig_.journal});
    keeper_->SetIntake(&control_);
  }
  void RunFor(Nanos duration) {
    const MonoTime end = rig_.clock.Now() + duration;
    while (true) {
      const MonoTime next = keeper_->RunOnce();
      if (next > end) break;
      rig_.clock.AdvanceTo(next);
    }
    rig_.clock.AdvanceTo(end);
  }
  void End(StreamLease& stream) {
    stream->End();
    keeper_->ReportEnded(std::move(stream));
    keeper_->RunOnce();
  }
  JournalRig rig_;
  ControlRecorder control_;
  std::unique_ptr<Housekeeper> keeper_;
};

// Trap 22
TEST_F(HousekeeperTest, EmptyEndedStreamVanishes) {
  RunFor(seconds(1));
  const std::vector<std::string> before = rig_.disk.AllPaths();
  for (int i = 0; i < 50; ++i) {
    StreamLease stream = rig_.Create("box", "f" + std::to_string(i));
    End(stream);
  }
  EXPECT_EQ(rig_.disk.AllPaths(), before);
  EXPECT_TRUE(rig_.journal->Streams().empty());
}

// Trap 23
TEST_F(HousekeeperTest, EndedStreamWithLinesLosesItsLinkOnly) {
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 10);
  End(stream);
  EXPECT_TRUE(rig_.Under("/spool/live").empty());
  EXPECT_EQ(ReadFrom(rig_.disk, *rig_.journal->Find("box").at(0)).frames, 10u);
}

TEST_F(HousekeeperTest, LinkThatCannotBeRemovedIsTriedAgain) {
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 10);
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kUnlink}});
  End(stream);
  EXPECT_TRUE(rig_.disk.Exists("/spool/live/a"));
  rig_.disk.ClearFailures();
  RunFor(seconds(2));
  EXPECT_FALSE(rig_.disk.Exists("/spool/live/a"));
}

TEST_F(HousekeeperTest, LeftoversOfKilledStartsVanish) {
  uint64_t leftovers = 0;
  keeper_.reset();
  for (uint64_t k = 1; k <= 6; ++k) {
    rig_.disk.DieAtCall(k, DeathMode::kAfter);
    try {
      (void)rig_.journal->Create(rig_.Facts("box" + std::to_string(k), "f"));
      rig_.disk.DieAtCall(0, DeathMode::kAfter);
    } catch (const SimulatedDeath&) {
    }
    ASSERT_TRUE(rig_.Restart().ok()) << rig_.open_status.message();
    const bool is_attached = !rig_.journal->AttachLive().empty();
    leftovers += !is_attached && !rig_.Under("/spool/c").empty();
    for (StreamLease& stream : rig_.journal->AttachLive()) stream->End();
    Begin({});
    RunFor(seconds(3));
    keeper_.reset();
    EXPECT_TRUE(is_attached || rig_.Under("/spool/c").size() <= 1u) << k;
    ASSERT_TRUE(rig_.Restart().ok()) << rig_.open_status.message();
    for (const std::string& path : rig_.Under("/spool/live")) ASSERT_TRUE(rig_.disk.Unlink(path).ok());
  }
  EXPECT_GE(leftovers, 2u);
}

TEST_F(HousekeeperTest, StreamThatTheDiskRefusedIsCommittedLater) {
  StreamLease stream = rig_.journal->CreateUncommitted(rig_.Facts("box", "a"));
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kMakeDir}});
  RunFor(seconds(3));
  EXPECT_FALSE(stream->is_committed());
  rig_.disk.ClearFailures();
  RunFor(seconds(2));
  EXPECT_TRUE(stream->is_committed());
  EXPECT_TRUE(rig_.disk.Exists("/spool/live/a"));
}

TEST_F(HousekeeperTest, ReserveIsGivenUpAndRestored) {
  RunFor(seconds(1));
  keeper_->ReportNoSpace();
  keeper_->RunOnce();
  EXPECT_FALSE(rig_.disk.Exists("/spool/reserve"));
  RunFor(seconds(12));
  EXPECT_TRUE(rig_.disk.Exists("/spool/reserve"));
}

TEST_F(HousekeeperTest, HistoryBeyondItsLimitIsUnlinked) {
  StreamFacts facts = rig_.Facts("box", "a");
  facts.spool.max_size_bytes = 100'000;
  facts.spool.max_file = 3;
  StreamLease stream = std::move(*rig_.journal->Create(facts));
  rig_.Fill(*stream, 0, 10'000);
  const uint64_t before = rig_.disk.UsedBytes();
  RunFor(seconds(2));
  EXPECT_LT(rig_.disk.UsedBytes(), before - 600'000);
  uint64_t bytes = 0;
  for (const Segment& segment : stream->Segments()) bytes += segment.bytes();
  EXPECT_LE(bytes, 300'000u);
  EXPECT_EQ(ReadFrom(rig_.disk, *stream).gaps.size(), 1u);
  EXPECT_EQ(ReadFrom(rig_.disk, *stream).frames + ReadFrom(rig_.disk, *stream).lost_lines(), 10'000u);
}

TEST_F(HousekeeperTest, LimitsAreToldOnceAndLifted) {
  Housekeeper::Settings settings;
  settings.spool_limit = 50'000;
  Begin(settings);
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 450);  // Under 64 KiB: nothing to seal.
  RunFor(seconds(5));
  ASSERT_EQ(control_.limits.size(), 1u);
  EXPECT_EQ(control_.limits[0].second, IntakeLimit::kDiscard);
  Begin({});
  RunFor(seconds(5));
  EXPECT_EQ(control_.limits.size(), 1u);  // A new housekeeper assumes that nothing was said.
}

TEST_F(HousekeeperTest, LimitIsLiftedWhenThereIsRoom) {
  Housekeeper::Settings settings;
  settings.spool_limit = 50'000;
  Begin(settings);
  StreamLease big = rig_.CreateFilled("big", "b", 0, 450);
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 10);
  RunFor(seconds(2));
  ASSERT_EQ(control_.limits.size(), 2u);
  End(big);
  RunFor(seconds(2));
  ASSERT_EQ(control_.limits.size(), 3u);
  EXPECT_EQ(control_.limits[2], std::make_pair(stream->id(), IntakeLimit::kNone));
}

TEST_F(HousekeeperTest, OrphanedFifosGoAfterAMinute) {
  Housekeeper::Settings settings;
  settings.own_fifo_directory = "/fifos";
  Begin(settings);
  rig_.disk.MakeFifo("/fifos/orphan");
  rig_.disk.MakeFifo("/fifos/held");
  auto holder = rig_.disk.OpenWriter("/fifos/held");
  rig_.disk.MakeFifo("/fifos/ours");
  StreamLease stream = rig_.Create("box", "ours");
  rig_.disk.SetContents("/fifos/file", "x");
  RunFor(seconds(50));
  EXPECT_TRUE(rig_.disk.Exists("/fifos/orphan"));
  RunFor(seconds(80));
  EXPECT_FALSE(rig_.disk.Exists("/fifos/orphan"));
  for (const char* path : {"/fifos/held", "/fifos/ours", "/fifos/file"}) EXPECT_TRUE(rig_.disk.Exists(path));
}

TEST_F(HousekeeperTest, NotesOfNobodyAreCleared) {
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 10);
  for (uint64_t id : {uint64_t{4711}, stream->id().value}) {
    DiscardNote note;
    note.stream.value = id;
    ASSERT_TRUE(rig_.journal->notes().Write(note).ok());
  }
  RunFor(seconds(1));
  EXPECT_FALSE(rig_.journal->notes().Find(StreamId{4711}).has_value());
  EXPECT_TRUE(rig_.journal->notes().Find(stream->id()).has_value());
}

TEST_F(HousekeeperTest, ThreadServesReportsAndStops) {
  keeper_->Start();
  StreamLease stream = rig_.Create("box", "a");
  stream->End();
  keeper_->ReportEnded(std::move(stream));
  while (rig_.disk.Exists("/spool/live/a")) std::this_thread::yield();
  keeper_->ReportNoSpace();
  while (rig_.disk.Exists("/spool/reserve")) std::this_thread::yield();
  keeper_->Stop();
  keeper_->Stop();
}

TEST_F(HousekeeperTest, EachSyncIsMeasured) {
  keeper_->RunOnce();
  EXPECT_EQ(keeper_->sync_seconds().count(), 0u);  // The first is due after spool-sync.
  for (int i = 0; i < 2; ++i) {
    rig_.clock.Advance(std::chrono::seconds(5));
    keeper_->RunOnce();
  }
  EXPECT_EQ(keeper_->sync_seconds().count(), 2u);
  EXPECT_EQ(keeper_->sync_errors(), 0u);
}

TEST_F(HousekeeperTest, StopSyncsWhatIsLeft) {
  StreamLease stream = rig_.CreateFilled("box", "a", 0, 100);
  keeper_->RunOnce();
  keeper_->Stop();
  SeededRandom random(4);
  const std::string path = stream->SegmentPath(0);
  keeper_.reset();
  stream = {};
  rig_.Stop();
  rig_.disk.PowerLoss(random);
  EXPECT_TRUE(SameBytes(rig_.disk.Contents(path), LineFrames(0, 100, 100)));
}

}  // namespace
}  // namespace tailrace
