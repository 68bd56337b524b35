#include "journal/syncer.h"

#include <gtest/gtest.h>

#include "journal/housekeeper.h"
#include "tests/journal/journal_rig.h"

namespace tailrace {
namespace {

class RollRecorder : public IntakeControl {
 public:
  void RequestRoll(StreamId stream) override { rolls.push_back(stream); }
  void SetLimit(StreamId, IntakeLimit) override {}
  std::vector<StreamId> rolls;
};

class SyncerTest : public testing::Test {
 protected:
  SyncerTest() {
    StreamFacts facts = rig_.Facts("box", "a");
    facts.spool.max_size_bytes = 16_MiB;
    stream_ = std::move(*rig_.journal->Create(facts));
    rig_.disk.MakeFifo("/fifos/a");
    dockerd_ = rig_.disk.OpenWriter("/fifos/a");
    fifo_ = std::move(*rig_.disk.OpenFifo("/fifos/a"));
    writer_ = std::make_unique<StreamWriter>(rig_.disk, *stream_);
  }
  void Write(uint64_t count, size_t bytes = 300) {
    std::string waiting = LineFrames(lines_, count, bytes);
    lines_ += count;
    while (!waiting.empty() || rig_.disk.PipeBytes("/fifos/a") > 0) {
      waiting.erase(0, dockerd_->Write(waiting));
      ASSERT_TRUE(writer_->Move(*fifo_, 1 << 20, scratch_).status.ok());
    }
  }
  void Sync(bool is_last = false) { syncer_->SyncAll(rig_.journal->Streams(), &control_, is_last); }
  // What of the first segment, or of the one at `start`, a power loss would leave for sure.
  uint64_t Syncs(const std::string& path_part) {
    rig_.disk.ClearFailures();
    uint64_t errors = syncer_->errors();
    rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSync}, .path_part = path_part});
    Sync();
    rig_.disk.ClearFailures();
    return syncer_->errors() - errors;
  }
  JournalRig rig_;
  RollRecorder control_;
  StreamLease stream_;
  std::unique_ptr<MemWriter> dockerd_;
  std::unique_ptr<Fifo> fifo_;
  std::unique_ptr<StreamWriter> writer_;
  std::vector<char> scratch_ = std::vector<char>(StreamWriter::kScratchBytes);
  uint64_t lines_ = 0;
  std::unique_ptr<Syncer> syncer_ = std::make_unique<Syncer>(*rig_.journal, rig_.log);
};

TEST_F(SyncerTest, QuietStreamIsSyncedInPlaceAndACleanOneSkipped) {
  Write(100);
  Sync();
  EXPECT_TRUE(control_.rolls.empty());
  const uint64_t before = rig_.disk.calls();
  Sync();
  EXPECT_EQ(rig_.disk.calls(), before);  // Nothing new, nothing done.
  Write(1);
  Sync();
  EXPECT_GT(rig_.disk.calls(), before);
}

TEST_F(SyncerTest, BusyStreamRollsFirstThenTheSealedSegmentIsSynced) {
  Write(5000);
  ASSERT_GT(writer_->end(), Syncer::kBusyBytes);
  EXPECT_EQ(Syncs(".log"), 0u);  // Not while it is being appended to.
  ASSERT_EQ(control_.rolls.size(), 1u);
  writer_->RequestRoll();
  Write(10);
  ASSERT_EQ(stream_->Segments().size(), 2u);
  EXPECT_EQ(Syncs(SegmentName(0, ".log")), 1u);
}

TEST_F(SyncerTest, BurstThatFellQuietIsSyncedAlthoughNothingRolled) {
  Write(5000);
  Sync();
  ASSERT_EQ(control_.rolls.size(), 1u);
  EXPECT_EQ(Syncs(SegmentName(0, ".log")), 1u);
}

TEST_F(SyncerTest, FactsAndFoldersComeBeforeSegments) {
  Write(100);
  // The folders fail from the first call on: had the segment been synced before them, it would be the first.
  rig_.disk.DieAtCall(1, DeathMode::kBefore);
  EXPECT_THROW(Sync(), SimulatedDeath);
  rig_.disk.DieAtCall(0, DeathMode::kBefore);
}

TEST_F(SyncerTest, FailedSyncIsCountedAndANewSegmentBegun) {
  Write(100);
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSync}, .path_part = ".log"});
  Sync();
  EXPECT_EQ(syncer_->errors(), 1u);
  ASSERT_EQ(control_.rolls.size(), 1u);
  EXPECT_EQ(rig_.log.Count("spool-sync"), 1u);
  Sync();
  EXPECT_EQ(syncer_->errors(), 1u);  // Never tried again.
}

TEST_F(SyncerTest, WhatWasSyncedSurvivesAPowerLoss) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    JournalRig rig;
    SeededRandom random(seed);
    StreamLease stream = rig.CreateFilled("box", "a", 0, 1500);
    Syncer syncer(*rig.journal, rig.log);
    syncer.SyncAll(rig.journal->Streams(), nullptr, false);
    rig.Fill(*stream, 1500, 10);
    stream = {};
    rig.Stop();
    rig.disk.PowerLoss(random);
    rig.disk.MakeDirs("/proc/sys/kernel/random");
    ASSERT_TRUE(rig.Start().ok());
    std::vector<StreamLease> live = rig.journal->AttachLive();
    ASSERT_EQ(live.size(), 1u) << seed;
    StreamWriter writer(rig.disk, *live[0]);
    ASSERT_TRUE(writer.Recover().ok());
    ASSERT_GE(writer.walk().counts().total(), 1500u) << seed;
    live[0]->Publish(writer.walk().ProgressTo(writer.end()));
    ASSERT_TRUE(ReadFrom(rig.disk, *live[0]).bytes.starts_with(LineFrames(0, 1500, 100))) << seed;
  }
}

TEST_F(SyncerTest, SegmentDroppedMeanwhileIsNoError) {
  Write(100);
  ASSERT_TRUE(rig_.disk.Unlink(stream_->SegmentPath(0)).ok());
  Sync();
  EXPECT_EQ(syncer_->errors(), 0u);
}

TEST_F(SyncerTest, UncommittedStreamIsLeftOut) {
  StreamLease stream = rig_.journal->CreateUncommitted(rig_.Facts("other", "b"));
  Sync();
  EXPECT_EQ(syncer_->errors(), 0u);
}

TEST_F(SyncerTest, SpoolSyncOfZeroNeverSyncs) {
  Write(100);
  Housekeeper::Settings settings;
  settings.spool_sync = Nanos(0);
  settings.spool_free = 0;
  Housekeeper keeper(settings, {rig_.disk, rig_.clock, rig_.log, *rig_.journal});
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSync, Call::kSyncDir}});
  for (int i = 0; i < 100; ++i) rig_.clock.AdvanceTo(keeper.RunOnce());
  keeper.Stop();
  EXPECT_EQ(keeper.sync_errors(), 0u);
}

TEST_F(SyncerTest, HousekeeperSyncsEachSpoolSync) {
  Write(100);
  Housekeeper::Settings settings;
  settings.spool_free = 0;
  Housekeeper keeper(settings, {rig_.disk, rig_.clock, rig_.log, *rig_.journal});
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSync}, .path_part = ".log"});
  const MonoTime begin = rig_.clock.Now();
  while (rig_.clock.Now() - begin < std::chrono::milliseconds(4'900)) rig_.clock.AdvanceTo(keeper.RunOnce());
  EXPECT_LE(keeper.sync_errors(), 1u);
  while (rig_.clock.Now() - begin < std::chrono::milliseconds(6'000)) rig_.clock.AdvanceTo(keeper.RunOnce());
  EXPECT_EQ(keeper.sync_errors(), 1u);
  rig_.disk.ClearFailures();
}

}  // namespace
}  // namespace tailrace
