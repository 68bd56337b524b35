// Journal: streams found on disk, sound and damaged.
#include <gtest/gtest.h>

#include "tests/journal/journal_rig.h"

namespace tailrace {
namespace {

TEST(JournalLoad, AttachesExactlyWhatLiveNames) {
  JournalRig rig;
  StreamLease live = rig.CreateFilled("box", "a", 0, 2000);
  StreamLease ended = rig.CreateFilled("box", "b", 0, 10);
  ended->End();
  ASSERT_TRUE(rig.journal->RemoveLink(*ended).ok());
  const StreamId id = live->id();
  const StreamProgress progress = live->Snapshot().progress;
  live = {};
  ended = {};
  ASSERT_TRUE(rig.Restart().ok());
  std::vector<StreamLease> streams = rig.journal->AttachLive();
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0]->id(), id);
  EXPECT_FALSE(streams[0]->ended());
  EXPECT_EQ(streams[0]->Snapshot().progress.end, progress.end);
  std::vector<StreamLease> all = rig.journal->Find("box");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0]->ended());
  EXPECT_TRUE(all[1]->ended());
  EXPECT_EQ(ReadFrom(rig.disk, *all[1]).frames, 10u);
}

TEST(JournalLoad, AttachingReadsNoSegment) {
  JournalRig rig;
  rig.CreateFilled("box", "a", 0, 5000);
  rig.Stop();
  rig.disk.Crash();
  ASSERT_TRUE(rig.Start().ok());
  rig.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = ".log"});
  EXPECT_EQ(rig.journal->AttachLive().size(), 1u);
}

TEST(JournalLoad, TwoLinksToOneStreamAttachItOnce) {
  JournalRig rig;
  rig.CreateFilled("box", "a", 0, 5);
  ASSERT_TRUE(rig.disk.MakeLink(*rig.disk.ReadLink("/spool/live/a"), "/spool/live/b").ok());
  ASSERT_TRUE(rig.Restart().ok());
  EXPECT_EQ(rig.journal->AttachLive().size(), 1u);
  EXPECT_EQ(rig.log.Count("attach"), 1u);
}

TEST(JournalLoad, FolderThatCannotBeReadIsAttachedUncommittedAndKept) {
  JournalRig rig;
  StreamLease stream = rig.CreateFilled("box", "a", 0, 5);
  const std::string directory = stream->directory();
  stream = {};
  ASSERT_TRUE(rig.Restart().ok());
  rig.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kList}, .path_part = directory});
  std::vector<StreamLease> streams = rig.journal->AttachLive();
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_FALSE(streams[0]->is_committed());
  EXPECT_FALSE(rig.journal->Commit(*streams[0]).ok());
  rig.disk.ClearFailures();
  EXPECT_FALSE(rig.journal->Commit(*streams[0]).ok());  // There are lines in it.
  streams[0]->End();
  ASSERT_TRUE(rig.journal->RemoveStream(*streams[0]).ok());
  EXPECT_TRUE(rig.disk.Exists(directory + "/00000000000000000000.log"));
  streams.clear();
  ASSERT_TRUE(rig.Restart().ok());
  EXPECT_EQ(ReadFrom(rig.disk, *rig.journal->Find("box").at(0)).frames, 5u);
}

TEST(JournalLoad, FolderThatIsGoneIsMadeAgainByALateCommit) {
  JournalRig rig;
  StreamLease stream = rig.Create("box", "a");
  const std::string directory = stream->directory();
  stream = {};
  ASSERT_TRUE(rig.disk.Unlink(directory + "/facts").ok());
  ASSERT_TRUE(rig.disk.RemoveDir(directory).ok());
  ASSERT_TRUE(rig.Restart().ok());
  std::vector<StreamLease> streams = rig.journal->AttachLive();
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_FALSE(streams[0]->is_committed());
  EXPECT_EQ(streams[0]->facts().fifo, "/fifos/a");
  EXPECT_TRUE(rig.journal->Commit(*streams[0]).ok());
  EXPECT_TRUE(rig.disk.Exists(directory + "/facts"));
}

// What may become of any file, folder or link.
enum class Harm { kMissing, kEmpty, kForeign, kCut, kDirectory, kUnreadable, kLink, kFifo };
constexpr Harm kHarms[] = {Harm::kMissing,   Harm::kEmpty,      Harm::kForeign, Harm::kCut,
                           Harm::kDirectory, Harm::kUnreadable, Harm::kLink,    Harm::kFifo};

void RemoveAll(JournalRig& rig, const std::string& path) {
  std::vector<std::string> below = rig.Under(path);
  for (auto at = below.rbegin(); at != below.rend(); ++at) {
    if (!rig.disk.Unlink(*at).ok()) CHECK(rig.disk.RemoveDir(*at).ok());
  }
  if (!rig.disk.Unlink(path).ok()) CHECK(rig.disk.RemoveDir(path).ok());
}

void Do(JournalRig& rig, Harm harm, const std::string& path) {
  if (harm == Harm::kUnreadable) return rig.disk.FailFrom(1, StatusCode::kIo, {.kinds = {}, .path_part = path});
  const bool is_file = rig.disk.Open(path, OpenMode::kRead).ok() && !rig.disk.ReadLink(path).ok();
  const std::string bytes = is_file ? rig.disk.Contents(path) : "";
  RemoveAll(rig, path);
  switch (harm) {
    case Harm::kMissing:
    case Harm::kUnreadable: return;
    case Harm::kEmpty: return rig.disk.SetContents(path, "");
    case Harm::kForeign: return rig.disk.SetContents(path, std::string(70'000, '\x7f'));
    case Harm::kCut: return rig.disk.SetContents(path, bytes.substr(0, bytes.size() / 2));
    case Harm::kDirectory: return rig.disk.MakeDirs(path + "/inside");
    case Harm::kLink: CHECK(rig.disk.MakeLink("../nowhere", path).ok()); return;
    case Harm::kFifo: return rig.disk.MakeFifo(path);
  }
}

// Everything that a process does at its start and later, on a root where one thing is wrong.
void UseAll(JournalRig& rig, uint64_t& lines) {
  std::vector<StreamLease> live = rig.journal->AttachLive();
  for (const StreamLease& stream : live) {
    StreamWriter writer(rig.disk, *stream);
    const Status ignored = writer.Recover();
  }
  for (const std::string& container : rig.journal->ContainersOnDisk()) {
    for (const StreamLease& stream : rig.journal->Find(container)) lines += ReadFrom(rig.disk, *stream).frames;
  }
  const Status reserve = rig.journal->RestoreReserve();
  Result<StreamLease> made = rig.journal->Create(rig.Facts("new", "n"));
  StreamLease stream = made.ok() ? std::move(*made) : rig.journal->CreateUncommitted(rig.Facts("new", "n"));
  stream->End();
  const Status link = rig.journal->RemoveLink(*stream);
  const Status removed = rig.journal->RemoveStream(*stream);
}

TEST(JournalDamage, OneWrongThingCostsNoMoreThanItself) {
  uint64_t states = 0;
  uint64_t told = 0;
  std::vector<std::string> paths;
  for (size_t which = 0;; ++which) {
    for (Harm harm : kHarms) {
      JournalRig rig;
      rig.CreateFilled("one", "a", 0, 2500);
      rig.CreateFilled("one", "b", 0, 700)->End();
      rig.CreateFilled("two", "c", 0, 1500);
      rig.disk.MakeDirs("/spool/dead");
      rig.Stop();
      rig.disk.Crash();
      paths = rig.Under("/spool");
      if (which >= paths.size()) break;
      SCOPED_TRACE(paths[which] + " " + std::to_string(static_cast<int>(harm)));
      Do(rig, harm, paths[which]);
      rig.log.Clear();
      const Status status = rig.Start();
      uint64_t lines = 0;
      UseAll(rig, lines);
      ++states;
      told += !status.ok() || !rig.log.lines().empty();
      // What stands above everything may take everything with it, else a stream or a container goes at most. (Of a live
      // stream everything but the newest segment is seen before intake has been there.)
      const bool is_above = paths[which] == "/spool/c" || paths[which] == "/spool/lock" || paths[which] == "/spool/live";
      const bool is_container = paths[which] == "/spool/c/one" || paths[which] == "/spool/c/two";
      const uint64_t at_least = is_above ? 0 : is_container ? 1000 : 1500;
      EXPECT_GE(lines, at_least);
    }
    if (which >= paths.size()) break;
  }
  EXPECT_GE(states, 200u);
  EXPECT_GE(told, 50u);
}

TEST(JournalDamage, ForeignThingsInEveryFolderAreLeftAlone) {
  JournalRig rig;
  StreamLease stream = rig.CreateFilled("one", "a", 0, 700);
  const std::string directory = stream->directory();
  stream = {};
  uint64_t made = 0;
  for (const std::string& folder : {std::string("/spool"), std::string("/spool/live"), std::string("/spool/c"),
                                    std::string("/spool/c/one"), directory}) {
    for (const char* name : {"foreign", "lost+found", "1-zz", "2-00000000000000aa", "00000000000000000077.log", ".hidden"}) {
      rig.disk.SetContents(folder + "/" + name, "foreign");
      rig.disk.MakeDirs(folder + "/dir-" + name);
      rig.disk.MakeFifo(folder + "/fifo-" + name);
      CHECK(rig.disk.MakeLink("../../..", folder + "/link-" + name).ok());
      made += 4;
    }
  }
  const size_t before = rig.disk.AllPaths().size();
  ASSERT_TRUE(rig.Restart().ok());
  uint64_t lines = 0;
  UseAll(rig, lines);
  EXPECT_EQ(rig.disk.AllPaths().size(), before);
  EXPECT_GE(made, 100u);
  EXPECT_GE(lines, 500u);  // All but the newest segment of a live stream.
}

}  // namespace
}  // namespace tailrace
