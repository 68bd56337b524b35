// Journal: the root's own files, commits, removal.
#include <gtest/gtest.h>

#include "tests/journal/journal_rig.h"

namespace tailrace {
namespace {

TEST(JournalFiles, SecondProcessIsRefused) {
  JournalRig rig;
  ASSERT_TRUE(rig.open_status.ok());
  Journal second({"/spool", "/fifos"}, {rig.disk, rig.clock, rig.random, rig.log});
  EXPECT_EQ(second.Open().code(), StatusCode::kBusy);
  rig.Stop();
  EXPECT_TRUE(second.Open().ok());
}

TEST(JournalFiles, NewerFormatIsRefusedAndUntouched) {
  FakeClock clock;
  MemDisk disk(clock);
  SeededRandom random(1);
  MemoryLog log;
  disk.MakeDirs("/spool");
  disk.SetContents("/spool/lock", "tailrace-journal 2\nboot x\n");
  const std::vector<std::string> before = disk.AllPaths();
  for (int round = 0; round < 2; ++round) {
    Journal journal({"/spool", "/fifos"}, {disk, clock, random, log});
    EXPECT_EQ(journal.Open().code(), StatusCode::kUnsupported);
    EXPECT_EQ(disk.AllPaths(), before);
    EXPECT_EQ(disk.Contents("/spool/lock"), "tailrace-journal 2\nboot x\n");
    EXPECT_FALSE(journal.Create({}).ok());
  }
}

TEST(JournalFiles, LockTellsVersionAndBoot) {
  JournalRig rig;
  EXPECT_EQ(rig.disk.Contents("/spool/lock"), "tailrace-journal 1\nboot 11111111-2222\n");
  EXPECT_EQ(rig.disk.Contents("/spool/reserve").size(), Journal::kReserveBytes);
}

TEST(JournalFiles, CommitIsVisibleAsFolderFactsAndLink) {
  JournalRig rig;
  StreamLease stream = rig.Create("box", "a");
  const std::string folder = "1-" + stream->id().ToString();
  EXPECT_EQ(*rig.disk.ReadLink("/spool/live/a"), "../c/box/" + folder);
  Result<StreamFacts> facts = DecodeFacts(rig.disk.Contents("/spool/c/box/" + folder + "/facts"));
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->id, stream->id());
  EXPECT_EQ(facts->fifo, "/fifos/a");
}

TEST(JournalFiles, ContainerIdThatIsNoFolderNameIsRefused) {
  JournalRig rig;
  for (const char* id : {"", ".", "..", "a/b", "../../etc"}) {
    EXPECT_EQ(rig.journal->Create(rig.Facts(id, "a")).status().code(), StatusCode::kInvalid) << id;
    StreamLease stream = rig.journal->CreateUncommitted(rig.Facts(id, "a"));
    EXPECT_FALSE(rig.journal->Commit(*stream).ok());
    stream->End();
    EXPECT_TRUE(rig.journal->RemoveStream(*stream).ok());
  }
}

// Whatever call fails, a restart sees no stream, and the next Create works.
TEST(JournalFiles, FailedCreateLeavesNothingThatARestartTakesForAStream) {
  uint64_t failed = 0;
  for (StatusCode code : {StatusCode::kIo, StatusCode::kDenied, StatusCode::kNoSpace}) {
    for (uint64_t k = 1; k < 40; ++k) {
      JournalRig rig;
      rig.disk.FailFrom(k, code);
      const bool is_made = rig.journal->Create(rig.Facts("box", "a")).ok();
      rig.disk.ClearFailures();
      failed += !is_made;
      // A folder that could not be taken away again is at most an ended stream without lines.
      for (const StreamLease& stream : rig.journal->Find("box")) EXPECT_EQ(stream->ended(), !is_made);
      EXPECT_TRUE(rig.journal->Create(rig.Facts("box", "b")).ok());
      ASSERT_TRUE(rig.Restart().ok());
      EXPECT_EQ(rig.journal->AttachLive().size(), is_made ? 2u : 1u) << k;
    }
  }
  EXPECT_GT(failed, 10u);
}

TEST(JournalFiles, KilledCreateIsAStreamOrNothing) {
  uint64_t deaths = 0;
  uint64_t committed = 0;
  for (DeathMode mode : {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter}) {
    for (uint64_t k = 1;; ++k) {
      JournalRig rig;
      rig.disk.DieAtCall(k, mode);
      bool has_died = false;
      try {
        (void)rig.journal->Create(rig.Facts("box", "a"));
      } catch (const SimulatedDeath&) {
        has_died = true;
      }
      if (!has_died) break;
      ++deaths;
      ASSERT_TRUE(rig.Restart().ok());
      std::vector<StreamLease> streams = rig.journal->AttachLive();
      ASSERT_LE(streams.size(), 1u);
      committed += streams.size();
      if (streams.size() == 1) {
        EXPECT_EQ(streams[0]->facts().container_id, "box");
        EXPECT_EQ(streams[0]->facts().spool.max_size_bytes, 65536u);
      }
    }
  }
  EXPECT_GE(deaths, 12u);
  EXPECT_GE(committed, 2u);
}

TEST(JournalFiles, FullDiskGivesUpTheReserveForAStart) {
  JournalRig rig;
  rig.disk.SetCapacity(rig.disk.UsedBytes());
  StreamLease stream = rig.Create("box", "a");
  EXPECT_TRUE(stream->is_committed());
  EXPECT_FALSE(rig.disk.Exists("/spool/reserve"));
  EXPECT_TRUE(rig.journal->RestoreReserve().ok());
  EXPECT_FALSE(rig.disk.Exists("/spool/reserve"));  // Not while there is so little room.
  rig.disk.SetCapacity(1_GiB);
  EXPECT_TRUE(rig.journal->RestoreReserve().ok());
  EXPECT_EQ(rig.disk.Contents("/spool/reserve").size(), Journal::kReserveBytes);
}

TEST(JournalFiles, FullDiskGivesUpTheReserveForTheNotesOfDiscards) {
  JournalRig rig;
  rig.Stop();
  ASSERT_TRUE(rig.disk.Unlink("/spool/discards").ok());
  rig.disk.SetCapacity(rig.disk.UsedBytes());
  ASSERT_TRUE(rig.Start().ok());
  EXPECT_EQ(rig.log.Count("discard-notes"), 0u);
  DiscardNote note;
  note.stream.value = 7;
  EXPECT_TRUE(rig.journal->notes().Write(note).ok());
}

TEST(JournalFiles, NotesOfDiscardsThatTheDiskRefusedAreMadeOnceThereIsRoom) {
  JournalRig rig;
  rig.Stop();
  for (const char* file : {"/spool/discards", "/spool/reserve"}) ASSERT_TRUE(rig.disk.Unlink(file).ok());
  rig.disk.SetCapacity(rig.disk.UsedBytes());
  ASSERT_TRUE(rig.Start().ok());
  EXPECT_EQ(rig.log.Count("discard-notes"), 1u);
  DiscardNote note;
  note.stream.value = 7;
  note.settled.end = note.settled.whole_end = 100;
  note.settled.counts.ends = {3, 0};
  EXPECT_FALSE(rig.journal->notes().Write(note).ok());
  rig.disk.SetCapacity(1_GiB);
  EXPECT_TRUE(rig.journal->RestoreReserve().ok());
  EXPECT_TRUE(rig.journal->notes().Write(note).ok());
  EXPECT_TRUE(rig.journal->RestoreReserve().ok());  // What is noted is not read anew.
  ASSERT_TRUE(rig.Restart().ok());
  const std::optional<DiscardNote> found = rig.journal->notes().Find(note.stream);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->settled.counts.total(), 3u);
}

TEST(JournalFiles, LateCommitPutsAStreamOnDisk) {
  JournalRig rig;
  StreamLease stream = rig.journal->CreateUncommitted(rig.Facts("box", "a"));
  EXPECT_TRUE(rig.Under("/spool/live").empty());
  ASSERT_TRUE(rig.journal->Commit(*stream).ok());
  EXPECT_TRUE(stream->is_committed());
  const StreamId id = stream->id();
  stream = {};
  ASSERT_TRUE(rig.Restart().ok());
  std::vector<StreamLease> streams = rig.journal->AttachLive();
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0]->id(), id);
}

TEST(JournalFiles, LinkOfAnotherStreamIsNotRemoved) {
  JournalRig rig;
  StreamLease first = rig.Create("box", "a");
  first->End();
  StreamLease second = rig.Create("box", "a");  // The name again.
  ASSERT_TRUE(rig.journal->RemoveLink(*first).ok());
  EXPECT_TRUE(rig.disk.Exists("/spool/live/a"));
  second->End();
  ASSERT_TRUE(rig.journal->RemoveLink(*second).ok());
  EXPECT_FALSE(rig.disk.Exists("/spool/live/a"));
  EXPECT_TRUE(rig.journal->RemoveLink(*second).ok());
}

TEST(JournalFiles, RemovingAStreamTakesItsFolderNoteAndNothingElse) {
  JournalRig rig;
  StreamLease kept = rig.CreateFilled("box", "a", 0, 5);
  StreamLease gone = rig.CreateFilled("box", "b", 5, 2000);
  DiscardNote note;
  note.stream = gone->id();
  ASSERT_TRUE(rig.journal->notes().Write(note).ok());
  gone->End();
  ASSERT_TRUE(rig.journal->RemoveStream(*gone).ok());
  EXPECT_FALSE(rig.disk.Exists(gone->directory()));
  EXPECT_FALSE(rig.journal->notes().Find(gone->id()).has_value());
  EXPECT_EQ(ReadFrom(rig.disk, *kept).frames, 5u);
}

TEST(JournalFiles, FolderThatGoesAtTheMomentOfAStartIsMadeAgain) {
  JournalRig rig;
  rig.disk.FailCall(1, StatusCode::kNotFound, {.kinds = {Call::kMakeDir}, .path_part = "/c/box/"});
  EXPECT_TRUE(rig.journal->Create(rig.Facts("box", "a")).ok());
}

}  // namespace
}  // namespace tailrace
