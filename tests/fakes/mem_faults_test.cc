#include "tests/fakes/mem_faults.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"

namespace tailrace {
namespace {

class MemFaultsTest : public testing::Test {
 protected:
  MemFaultsTest() {
    disk_.SetContents("/f", "0123456789");
    disk_.MakeFifo("/p");
    file_ = std::move(*disk_.Open("/f", OpenMode::kReadWrite));
    fifo_ = std::move(*disk_.OpenFifo("/p"));
  }

  FakeClock clock_;
  MemDisk disk_{clock_};
  std::unique_ptr<File> file_;
  std::unique_ptr<Fifo> fifo_;
};

TEST_F(MemFaultsTest, CountsEveryCallAndThoseThatChangeSomething) {
  uint64_t calls = disk_.calls();
  uint64_t mutations = disk_.mutations();
  EXPECT_TRUE(file_->Size().ok());
  EXPECT_TRUE(file_->WriteAt(0, "x").ok());
  EXPECT_TRUE(disk_.Open("/f", OpenMode::kCreate).ok());    // It is there: nothing changes.
  EXPECT_TRUE(disk_.Open("/new", OpenMode::kCreate).ok());
  EXPECT_TRUE(file_->SpliceFrom(*fifo_, 10, 10).ok());  // Nothing to move.
  EXPECT_EQ(disk_.calls() - calls, 5u);
  EXPECT_EQ(disk_.mutations() - mutations, 2u);
}

TEST_F(MemFaultsTest, RefusesTheKthCallOnce) {
  disk_.FailCall(2, StatusCode::kIo);
  EXPECT_TRUE(file_->Size().ok());
  EXPECT_EQ(file_->Size().status().code(), StatusCode::kIo);
  EXPECT_TRUE(file_->Size().ok());
}

TEST_F(MemFaultsTest, RefusesAllFromTheKthOnUntilCleared) {
  disk_.FailFrom(2, StatusCode::kNoSpace);
  EXPECT_TRUE(file_->Size().ok());
  EXPECT_EQ(file_->Size().status().code(), StatusCode::kNoSpace);
  EXPECT_EQ(disk_.MakeDir("/d").code(), StatusCode::kNoSpace);
  disk_.ClearFailures();
  EXPECT_TRUE(disk_.MakeDir("/d").ok());
}

TEST_F(MemFaultsTest, RefusesOneKindOrOnePathOnly) {
  disk_.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSize, Call::kStat}});
  EXPECT_FALSE(file_->Size().ok());
  EXPECT_FALSE(disk_.Stat("/f").ok());
  EXPECT_TRUE(disk_.List("/").ok());
  disk_.ClearFailures();
  disk_.FailFrom(1, StatusCode::kIo, {.path_part = "/f"});
  EXPECT_FALSE(file_->Size().ok());
  EXPECT_TRUE(disk_.Stat("/p").ok());
}

TEST_F(MemFaultsTest, ARefusedCallChangesNothing) {
  disk_.FailFrom(1, StatusCode::kIo);
  EXPECT_FALSE(disk_.MakeDir("/d").ok());
  EXPECT_FALSE(disk_.Unlink("/f").ok());
  EXPECT_FALSE(disk_.Open("/new", OpenMode::kCreate).ok());
  disk_.ClearFailures();
  EXPECT_EQ(disk_.AllPaths(), (std::vector<std::string>{"/f", "/p"}));
}

TEST_F(MemFaultsTest, ARefusedWriteHasWrittenItsFirstHalf) {
  disk_.FailCall(1, StatusCode::kIo);
  EXPECT_FALSE(file_->WriteAt(2, "abcd").ok());
  EXPECT_EQ(disk_.Contents("/f"), "01ab456789");
}

TEST_F(MemFaultsTest, DiesBeforeTheCall) {
  disk_.DieAtCall(2, DeathMode::kBefore);
  EXPECT_TRUE(disk_.MakeDir("/a").ok());
  EXPECT_THROW(static_cast<void>(disk_.MakeDir("/b")), SimulatedDeath);
  EXPECT_EQ(disk_.AllPaths(), (std::vector<std::string>{"/a", "/f", "/p"}));
}

TEST_F(MemFaultsTest, DiesAfterTheCall) {
  disk_.DieAtCall(1, DeathMode::kAfter);
  EXPECT_TRUE(file_->Size().ok());  // Reading does not count.
  EXPECT_THROW(static_cast<void>(disk_.MakeDir("/b")), SimulatedDeath);
  EXPECT_TRUE(disk_.Exists("/b"));
}

TEST_F(MemFaultsTest, DiesHalfwayThroughAWriteOrASplice) {
  disk_.DieAtCall(1, DeathMode::kHalfway);
  const std::string pages(4 * 4096, 'a');
  EXPECT_THROW(static_cast<void>(file_->WriteAt(0, pages)), SimulatedDeath);
  EXPECT_EQ(disk_.Contents("/f"), std::string(2 * 4096, 'a'));
  disk_.Crash();
  disk_.SetContents("/f", "ab23456789");

  auto writer = disk_.OpenWriter("/p");
  auto file = std::move(*disk_.Open("/f", OpenMode::kReadWrite));
  auto fifo = std::move(*disk_.OpenFifo("/p"));
  ASSERT_EQ(writer->Write("wxyz"), 4u);
  disk_.DieAtCall(1, DeathMode::kHalfway);
  EXPECT_THROW(static_cast<void>(file->SpliceFrom(*fifo, 10, 4)), SimulatedDeath);
  EXPECT_EQ(disk_.Contents("/f"), "ab23456789wx");
  EXPECT_EQ(disk_.PipeBytes("/p"), 2u);
}

TEST_F(MemFaultsTest, TheDeadDoNothingUntilTheCrashIsOver) {
  disk_.DieAtCall(1, DeathMode::kBefore);
  EXPECT_THROW(static_cast<void>(disk_.MakeDir("/b")), SimulatedDeath);
  EXPECT_TRUE(disk_.is_dead());
  uint64_t calls = disk_.calls();
  EXPECT_EQ(file_->WriteAt(0, "xxxx").code(), StatusCode::kGone);
  EXPECT_EQ(disk_.MakeDir("/c").code(), StatusCode::kGone);
  EXPECT_EQ(disk_.calls(), calls);
  disk_.Crash();
  EXPECT_FALSE(disk_.is_dead());
  EXPECT_EQ(disk_.Contents("/f"), "0123456789");
  EXPECT_EQ(file_->WriteAt(0, "xxxx").code(), StatusCode::kGone);  // It was open before.
  EXPECT_TRUE(disk_.MakeDir("/c").ok());
}

TEST_F(MemFaultsTest, AnOpeningThatIsTheLastLeavesNothingOpen) {
  disk_.DieAtCall(1, DeathMode::kAfter);
  EXPECT_THROW(static_cast<void>(disk_.Open("/new", OpenMode::kCreate)), SimulatedDeath);
  disk_.Crash();
  EXPECT_TRUE(disk_.Exists("/new"));
  auto file = std::move(*disk_.Open("/new", OpenMode::kReadWrite));
  EXPECT_TRUE(file->Lock().ok());
}

}  // namespace
}  // namespace tailrace
