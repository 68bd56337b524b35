#include "base/posix_file.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "base/bytes.h"
#include "base/posix_disk.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

class PosixFileTest : public testing::Test {
 protected:
  PosixFileTest() { MakeRealFifo(dir_ / "p"); }

  TempDir dir_;
  PosixDisk disk_;
  std::unique_ptr<File> file_ = std::move(*disk_.Open(dir_ / "f", OpenMode::kCreateNew));
};

TEST_F(PosixFileTest, ReadsFewerOnlyAtTheEnd) {
  ASSERT_TRUE(file_->WriteAt(0, "0123456789").ok());
  std::string out(4, '?');
  EXPECT_EQ(*file_->ReadAt(3, out), 4u);
  EXPECT_EQ(out, "3456");
  EXPECT_EQ(*file_->ReadAt(8, out), 2u);
  EXPECT_EQ(*file_->ReadAt(10, out), 0u);
  EXPECT_EQ(*file_->ReadAt(1000, out), 0u);
}

TEST_F(PosixFileTest, WritesInPlaceAndGrows) {
  ASSERT_TRUE(file_->WriteAt(0, "aaaa").ok());
  ASSERT_TRUE(file_->WriteAt(2, "bbbb").ok());
  ASSERT_TRUE(file_->WriteAt(8, "cc").ok());
  EXPECT_EQ(*file_->Size(), 10u);
  EXPECT_EQ(*ReadWholeFile(disk_, dir_ / "f", 100), std::string("aabbbb\0\0cc", 10));
}

TEST_F(PosixFileTest, SplicesToTheOffsetWhereverTheFileEnds) {
  RealWriter writer(dir_ / "p");
  auto fifo = std::move(*disk_.OpenFifo(dir_ / "p"));
  ASSERT_EQ(writer.Write("0123456789"), 10u);
  auto moved = *file_->SpliceFrom(*fifo, 0, 4);
  EXPECT_EQ(moved.kind, MoveOutcome::Kind::kMoved);
  EXPECT_EQ(moved.bytes, 4u);
  moved = *file_->SpliceFrom(*fifo, 4, 1000);
  EXPECT_EQ(moved.bytes, 6u);
  EXPECT_EQ(*ReadWholeFile(disk_, dir_ / "f", 100), "0123456789");
  EXPECT_EQ(file_->SpliceFrom(*fifo, 10, 1000)->kind, MoveOutcome::Kind::kEmpty);
  writer.Close();
  EXPECT_EQ(file_->SpliceFrom(*fifo, 10, 1000)->kind, MoveOutcome::Kind::kEnded);
}

TEST_F(PosixFileTest, ALockKeepsOthersOutUntilItsFileGoes) {
  auto other = std::move(*disk_.Open(dir_ / "f", OpenMode::kReadWrite));
  ASSERT_TRUE(file_->Lock().ok());
  EXPECT_TRUE(file_->Lock().ok());
  EXPECT_EQ(other->Lock().code(), StatusCode::kBusy);
  file_.reset();
  EXPECT_TRUE(other->Lock().ok());
}

TEST_F(PosixFileTest, WritingAFileOpenedForReadingFails) {
  auto reading = std::move(*disk_.Open(dir_ / "f", OpenMode::kRead));
  EXPECT_EQ(reading->WriteAt(0, "x").code(), StatusCode::kIo);
}

using PosixFileDeathTest = PosixFileTest;

TEST_F(PosixFileDeathTest, SplicingNothingIsOurBug) {
  RealWriter writer(dir_ / "p");
  auto fifo = std::move(*disk_.OpenFifo(dir_ / "p"));
  EXPECT_DEATH(static_cast<void>(file_->SpliceFrom(*fifo, 0, 0)), "check failed");
}

TEST_F(PosixFileDeathTest, AFifoOfAnotherDiskIsOurBug) {
  FakeClock clock;
  MemDisk other(clock);
  other.MakeFifo("/p");
  auto fifo = std::move(*other.OpenFifo("/p"));
  EXPECT_DEATH(static_cast<void>(file_->SpliceFrom(*fifo, 0, 1)), "check failed");
}

// A file system of 64 KiB in memory; only root can make one.
class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (mount("tailrace", dir_.path().c_str(), "tmpfs", 0, "size=64k") != 0) GTEST_SKIP() << "may not mount";
    is_mounted_ = true;
    MakeRealFifo(dir_ / "p");
  }
  void TearDown() override {
    if (is_mounted_) umount2(dir_.path().c_str(), MNT_DETACH);
  }

  TempDir dir_;
  PosixDisk disk_;
  bool is_mounted_ = false;
};

TEST_F(FullDiskTest, ASpliceIsShortThenRefusedAndTheRestStaysInThePipe) {
  auto file = std::move(*disk_.Open(dir_ / "f", OpenMode::kCreateNew));
  ASSERT_TRUE(file->WriteAt(0, std::string(48_KiB, 'x')).ok());
  RealWriter writer(dir_ / "p");
  auto fifo = std::move(*disk_.OpenFifo(dir_ / "p"));
  ASSERT_EQ(writer.Write(std::string(32_KiB, 'y')), 32_KiB);
  EXPECT_EQ(file->SpliceFrom(*fifo, 48_KiB, 32_KiB)->bytes, 16_KiB);
  EXPECT_EQ(file->SpliceFrom(*fifo, 64_KiB, 16_KiB).status().code(), StatusCode::kNoSpace);
  EXPECT_EQ(*fifo->Available(), 16_KiB);
  EXPECT_EQ(*file->Size(), 64_KiB);
  EXPECT_TRUE(file->WriteAt(0, "in place").ok());
  EXPECT_EQ(file->WriteAt(64_KiB, "more").code(), StatusCode::kNoSpace);
  EXPECT_EQ(disk_.Space(dir_.path())->free_bytes, 0u);
}

}  // namespace
}  // namespace tailrace
