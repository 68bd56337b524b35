// Names and power loss; that the names behave as the kernel's, disk_agreement_*_test shows.
#include "tests/fakes/mem_tree.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

using Paths = std::vector<std::string>;

void Touch(MemDisk& disk, const std::string& path) { EXPECT_TRUE(disk.Open(path, OpenMode::kCreate).ok()); }

// Which paths can be there after a power loss that follows `prepare`.
std::set<Paths> Outcomes(const std::function<void(MemDisk&)>& prepare) {
  std::set<Paths> outcomes;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    FakeClock clock;
    MemDisk disk(clock);
    prepare(disk);
    disk.PowerLoss(random);
    outcomes.insert(disk.AllPaths());
  }
  return outcomes;
}

TEST(MemTreePowerLoss, EachNameIsKeptOrLostOnItsOwn) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    Touch(disk, "/a");
    Touch(disk, "/b");
  });
  EXPECT_EQ(outcomes, (std::set<Paths>{{}, {"/a"}, {"/b"}, {"/a", "/b"}}));
}

TEST(MemTreePowerLoss, WhatWasSyncedStays) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    Touch(disk, "/a");
    EXPECT_TRUE(disk.SyncDir("/").ok());
    Touch(disk, "/b");
  });
  EXPECT_EQ(outcomes, (std::set<Paths>{{"/a"}, {"/a", "/b"}}));
}

TEST(MemTreePowerLoss, SyncingAFileDoesNotKeepItsName) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    auto file = disk.Open("/a", OpenMode::kCreate);
    EXPECT_TRUE((*file)->Sync().ok());
  });
  EXPECT_TRUE(outcomes.contains({}));
}

TEST(MemTreePowerLoss, SyncingAFolderDoesNotKeepItsOwnName) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    EXPECT_TRUE(disk.MakeDir("/d").ok());
    Touch(disk, "/d/a");
    EXPECT_TRUE(disk.SyncDir("/d").ok());
  });
  EXPECT_EQ(outcomes, (std::set<Paths>{{}, {"/d", "/d/a"}}));
}

TEST(MemTreePowerLoss, ARemovalMayBeUndone) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    disk.SetContents("/a", "x");
    EXPECT_TRUE(disk.Unlink("/a").ok());
  });
  EXPECT_EQ(outcomes, (std::set<Paths>{{}, {"/a"}}));
}

TEST(MemTreePowerLoss, ARenameIsBeforeOrAfterAndNeverBetween) {
  auto within = Outcomes([](MemDisk& disk) {
    disk.SetContents("/a", "new");
    disk.SetContents("/b", "old");
    EXPECT_TRUE(disk.Rename("/a", "/b").ok());
  });
  EXPECT_EQ(within, (std::set<Paths>{{"/a", "/b"}, {"/b"}}));
  auto across = Outcomes([](MemDisk& disk) {
    disk.MakeDirs("/c");
    disk.MakeDirs("/d");
    disk.SetContents("/c/a", "x");
    EXPECT_TRUE(disk.Rename("/c/a", "/d/a").ok());
  });
  EXPECT_EQ(across, (std::set<Paths>{{"/c", "/c/a", "/d"}, {"/c", "/d", "/d/a"}}));
}

TEST(MemTreePowerLoss, SyncingEitherFolderKeepsARenameAcrossThem) {
  for (const char* synced : {"/c", "/d"}) {
    auto outcomes = Outcomes([&](MemDisk& disk) {
      disk.MakeDirs("/c");
      disk.MakeDirs("/d");
      Touch(disk, "/c/a");
      EXPECT_TRUE(disk.Rename("/c/a", "/d/a").ok());
      EXPECT_TRUE(disk.SyncDir(synced).ok());
    });
    EXPECT_EQ(outcomes, (std::set<Paths>{{"/c", "/d", "/d/a"}}));
  }
}

TEST(MemTreePowerLoss, ALaterChangeOfANameIsNeverKeptWithoutTheEarlier) {
  auto outcomes = Outcomes([](MemDisk& disk) {
    Touch(disk, "/a");
    EXPECT_TRUE(disk.Rename("/a", "/b").ok());
    EXPECT_TRUE(disk.Rename("/b", "/c").ok());
  });
  EXPECT_EQ(outcomes, (std::set<Paths>{{}, {"/a"}, {"/b"}, {"/c"}}));
}

TEST(MemTreePowerLoss, ContentsFollowTheirFileThroughARename) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom random(seed);
    FakeClock clock;
    MemDisk disk(clock);
    disk.SetContents("/f", "old");
    EXPECT_TRUE(WriteWholeFile(disk, "/f", "new", false).ok());
    disk.PowerLoss(random);
    // Renamed but never synced: the new name may hold nothing of the new text, or zeros.
    std::string contents = disk.Contents("/f");
    std::string zeros(contents.size(), '\0');
    EXPECT_TRUE(contents == "old" || std::string("new").starts_with(contents) || contents == zeros) << contents;
  }
}

TEST(MemTreePowerLoss, WritebackKeepsSomeOfIt) {
  size_t kept = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom random(seed);
    FakeClock clock;
    MemDisk disk(clock);
    Touch(disk, "/a");
    for (int i = 0; i < 10; ++i) disk.Writeback(random);
    disk.PowerLoss(random);
    kept += disk.Exists("/a") ? 1 : 0;
  }
  EXPECT_GT(kept, 95u);
}

TEST(MemTree, ReusesNothingAndForgetsWhatIsGone) {
  MemTree tree;
  MemTree::Place place;
  ASSERT_EQ(tree.Resolve("/a", false, place), 0);
  Ino first = tree.Create(place, DirEntry::Kind::kFile, {});
  tree.at(first).file.Write(0, "x");
  EXPECT_EQ(tree.UsedBytes(), 4096u);
  ASSERT_EQ(tree.Resolve("/a", false, place), 0);
  tree.Remove(place);
  EXPECT_EQ(tree.UsedBytes(), 0u);
  place.ino = 0;
  EXPECT_NE(tree.Create(place, DirEntry::Kind::kFile, {}), first);
}

}  // namespace
}  // namespace tailrace
