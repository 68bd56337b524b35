#include "open_journal.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

class OpenJournalTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Journal>> Open(bool stop = false) {
    return OpenJournal({.root = "/a/b/spool"}, {disk_, clock_, random_, log_}, [this, stop](Nanos timeout) {
      ++waits_;
      clock_.Advance(timeout);
      return stop;
    });
  }
  std::string RootOf(Result<std::unique_ptr<Journal>>& journal) {
    EXPECT_TRUE(journal.ok()) << journal.status().message();
    return journal.ok() ? (*journal)->root() : "";
  }

  FakeClock clock_;
  MemDisk disk_{clock_};
  SeededRandom random_{1};
  MemoryLog log_;
  int waits_ = 0;
};

TEST_F(OpenJournalTest, MakesTheRootAndItsParents) {
  Result<std::unique_ptr<Journal>> journal = Open();
  EXPECT_EQ(RootOf(journal), "/a/b/spool");
  EXPECT_TRUE(disk_.Exists("/a/b/spool/live"));
  EXPECT_TRUE(log_.lines().empty());
}

// Trap 11: whatever has become of the root, the process serves.
TEST_F(OpenJournalTest, RootThatIsAFileIsReplacedByOneBesideIt) {
  disk_.MakeDirs("/a/b");
  disk_.SetContents("/a/b/spool", "x");
  Result<std::unique_ptr<Journal>> journal = Open();
  EXPECT_EQ(RootOf(journal), "/a/b/spool.1");
  EXPECT_EQ(log_.Count("spool-unusable"), 1u);
  EXPECT_EQ(log_.Count("spool-elsewhere"), 1u);
  EXPECT_EQ(disk_.Contents("/a/b/spool"), "x");
}

TEST_F(OpenJournalTest, RootsBesideItThatCannotBeUsedArePassedOver) {
  disk_.MakeDirs("/a/b");
  disk_.SetContents("/a/b/spool", "x");
  disk_.SetContents("/a/b/spool.1", "x");
  Result<std::unique_ptr<Journal>> journal = Open();
  EXPECT_EQ(RootOf(journal), "/a/b/spool.2");
}

TEST_F(OpenJournalTest, MemoryServesWhenNoDiskDoes) {
  disk_.SetContents("/a", "x");
  Result<std::unique_ptr<Journal>> journal = Open();
  EXPECT_EQ(RootOf(journal), "/a/b/spool");
  EXPECT_EQ(log_.Count("spool-in-memory"), 1u);
  StreamFacts facts;
  facts.container_id = "c1";
  facts.fifo = "/f";
  EXPECT_FALSE((*journal)->Create(facts).ok());
  StreamLease stream = (*journal)->CreateUncommitted(facts);
  EXPECT_TRUE(stream);
}

TEST_F(OpenJournalTest, WaitsForAProcessThatIsBeingReplaced) {
  disk_.MakeDirs("/a/b/spool");
  std::unique_ptr<File> lock = std::move(*disk_.Open("/a/b/spool/lock", OpenMode::kCreate));
  ASSERT_TRUE(lock->Lock().ok());
  Result<std::unique_ptr<Journal>> journal =
      OpenJournal({.root = "/a/b/spool"}, {disk_, clock_, random_, log_}, [&](Nanos timeout) {
        clock_.Advance(timeout);
        if (++waits_ == 3) lock.reset();
        return false;
      });
  EXPECT_EQ(RootOf(journal), "/a/b/spool");
  EXPECT_EQ(waits_, 3);
}

TEST_F(OpenJournalTest, TwoProcessesNeverServeOneRoot) {
  disk_.MakeDirs("/a/b/spool");
  std::unique_ptr<File> lock = std::move(*disk_.Open("/a/b/spool/lock", OpenMode::kCreate));
  ASSERT_TRUE(lock->Lock().ok());
  Result<std::unique_ptr<Journal>> journal = Open();
  EXPECT_EQ(journal.status().code(), StatusCode::kBusy);
  EXPECT_NE(journal.status().message().find("another process serves"), std::string::npos);
  EXPECT_GE(clock_.Now() - MonoTime{1'000'000'000}, kLockWaitMax);
  EXPECT_FALSE(disk_.Exists("/a/b/spool.1"));
}

TEST_F(OpenJournalTest, EndsWhenToldToWhileItWaits) {
  disk_.MakeDirs("/a/b/spool");
  std::unique_ptr<File> lock = std::move(*disk_.Open("/a/b/spool/lock", OpenMode::kCreate));
  ASSERT_TRUE(lock->Lock().ok());
  EXPECT_EQ(Open(/*stop=*/true).status().code(), StatusCode::kGone);
  EXPECT_EQ(waits_, 1);
}

}  // namespace
}  // namespace tailrace
