#include "base/disk.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

class DiskTest : public testing::Test {
 protected:
  DiskTest() { disk_.MakeDirs("/d"); }

  FakeClock clock_;
  MemDisk disk_{clock_};
};

TEST_F(DiskTest, ReadsAWholeFileOfAnySizeUpToTheLimit) {
  for (size_t bytes : {0u, 1u, 65535u, 65536u, 65537u, 200000u}) {
    std::string contents(bytes, 'x');
    disk_.SetContents("/d/f", contents);
    EXPECT_EQ(*ReadWholeFile(disk_, "/d/f", 200000), contents);
    EXPECT_EQ(*ReadWholeFile(disk_, "/d/f", bytes), contents);
  }
}

TEST_F(DiskTest, ReadingMoreThanTheLimitIsCorrupt) {
  for (size_t bytes : {1u, 65536u, 65537u, 200000u}) {
    disk_.SetContents("/d/f", std::string(bytes, 'x'));
    EXPECT_EQ(ReadWholeFile(disk_, "/d/f", bytes - 1).status().code(), StatusCode::kCorrupt) << bytes;
  }
}

TEST_F(DiskTest, ReadingWhatIsNotThereIsNotFound) {
  EXPECT_EQ(ReadWholeFile(disk_, "/d/f", 10).status().code(), StatusCode::kNotFound);
}

TEST_F(DiskTest, WritesANewFileAndLeavesNothingElse) {
  ASSERT_TRUE(WriteWholeFile(disk_, "/d/f", "new", false).ok());
  EXPECT_EQ(disk_.Contents("/d/f"), "new");
  EXPECT_EQ(disk_.AllPaths(), (std::vector<std::string>{"/d", "/d/f"}));
}

TEST_F(DiskTest, ReplacesALongerFileWhateverAKillHasLeft) {
  disk_.SetContents("/d/f", "the old and longer text");
  disk_.SetContents("/d/f.tmp", "the rest of an attempt that was killed");
  ASSERT_TRUE(WriteWholeFile(disk_, "/d/f", "new", true).ok());
  EXPECT_EQ(disk_.Contents("/d/f"), "new");
  EXPECT_FALSE(disk_.Exists("/d/f.tmp"));
}

TEST_F(DiskTest, AFailedWriteKeepsTheOldFileAndRemovesTheAttempt) {
  for (Call call : {Call::kOpen, Call::kWriteAt, Call::kSync, Call::kRename}) {
    disk_.SetContents("/d/f", "old");
    disk_.ClearFailures();
    disk_.FailCall(1, StatusCode::kNoSpace, {.kinds = {call}});
    EXPECT_EQ(WriteWholeFile(disk_, "/d/f", "new", true).code(), StatusCode::kNoSpace);
    EXPECT_EQ(disk_.Contents("/d/f"), "old");
    EXPECT_FALSE(disk_.Exists("/d/f.tmp"));
  }
}

TEST_F(DiskTest, IsOldOrNewWhereverTheProcessDies) {
  for (DeathMode mode : {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter}) {
    bool has_died = true;
    for (uint64_t k = 1; has_died; ++k) {
      disk_.SetContents("/d/f", "the old text");
      disk_.DieAtCall(k, mode);
      has_died = false;
      try {
        EXPECT_TRUE(WriteWholeFile(disk_, "/d/f", "the new text", true).ok());
      } catch (SimulatedDeath) {
        has_died = true;
      }
      disk_.Crash();
      std::string contents = disk_.Contents("/d/f");
      EXPECT_TRUE(contents == "the new text" || (has_died && contents == "the old text")) << k << contents;
    }
  }
}

TEST_F(DiskTest, ADurableFileSurvivesEveryPowerLoss) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom random(seed);
    disk_.SetContents("/d/f", "old");
    ASSERT_TRUE(WriteWholeFile(disk_, "/d/f", "new", true).ok());
    disk_.PowerLoss(random);
    ASSERT_EQ(disk_.Contents("/d/f"), "new") << seed;
  }
}

TEST_F(DiskTest, SyncsTheParentOfAPathWithoutOrAtTheRoot) {
  EXPECT_TRUE(WriteWholeFile(disk_, "/f", "x", true).ok());
  EXPECT_TRUE(WriteWholeFile(disk_, "g", "x", true).ok());
  EXPECT_EQ(disk_.Contents("/g"), "x");
}

}  // namespace
}  // namespace tailrace
