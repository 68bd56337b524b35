// What is MemDisk's own: space, crashes, the writers' side and the test's; the calls' answers are disk_agreement_*_test's.
#include "tests/fakes/mem_disk.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

class MemDiskTest : public testing::Test {
 protected:
  MemDiskTest() {
    disk_.MakeDirs("/d");
    disk_.MakeFifo("/p");
  }
  std::unique_ptr<File> Open(const std::string& path) { return std::move(*disk_.Open(path, OpenMode::kCreate)); }
  uint64_t FreeBytes() { return disk_.Space("/")->free_bytes; }

  FakeClock clock_;
  MemDisk disk_{clock_};
};

// The same numbers as on a real file system of 64 KiB: tests/base/posix_file_test.
TEST_F(MemDiskTest, AFullDiskMakesASpliceShortThenRefusesIt) {
  disk_.SetCapacity(64_KiB);
  auto file = Open("/f");
  ASSERT_TRUE(file->WriteAt(0, std::string(48_KiB, 'x')).ok());
  auto writer = disk_.OpenWriter("/p");
  auto fifo = std::move(*disk_.OpenFifo("/p"));
  ASSERT_EQ(writer->Write(std::string(32_KiB, 'y')), 32_KiB);
  EXPECT_EQ(file->SpliceFrom(*fifo, 48_KiB, 32_KiB)->bytes, 16_KiB);
  EXPECT_EQ(file->SpliceFrom(*fifo, 64_KiB, 16_KiB).status().code(), StatusCode::kNoSpace);
  EXPECT_EQ(*fifo->Available(), 16_KiB);
  EXPECT_EQ(*file->Size(), 64_KiB);
  EXPECT_TRUE(file->WriteAt(0, "in place").ok());
  EXPECT_EQ(file->WriteAt(64_KiB, "more").code(), StatusCode::kNoSpace);
  EXPECT_EQ(FreeBytes(), 0u);
}

TEST_F(MemDiskTest, AFullDiskTakesNoNewNames) {
  disk_.SetCapacity(4_KiB);
  ASSERT_TRUE(Open("/f")->WriteAt(0, "x").ok());
  EXPECT_EQ(disk_.Open("/g", OpenMode::kCreate).status().code(), StatusCode::kNoSpace);
  EXPECT_EQ(disk_.MakeDir("/e").code(), StatusCode::kNoSpace);
  EXPECT_EQ(disk_.MakeLink("f", "/l").code(), StatusCode::kNoSpace);
  EXPECT_EQ(disk_.Rename("/f", "/g").code(), StatusCode::kNoSpace);
  EXPECT_TRUE(disk_.Unlink("/f").ok());
  EXPECT_TRUE(disk_.MakeDir("/e").ok());
}

TEST_F(MemDiskTest, AWriteThatDoesNotFitWritesWhatFits) {
  disk_.SetCapacity(8_KiB);
  auto file = Open("/f");
  EXPECT_EQ(file->WriteAt(0, std::string(10_KiB, 'x')).code(), StatusCode::kNoSpace);
  EXPECT_EQ(*file->Size(), 8_KiB);
}

TEST_F(MemDiskTest, ARemovedFileFreesItsSpaceWhenTheLastHandleCloses) {
  auto file = Open("/f");
  ASSERT_TRUE(file->WriteAt(0, "still here").ok());
  ASSERT_TRUE(disk_.Unlink("/f").ok());
  std::string bytes(10, '?');
  EXPECT_EQ(*file->ReadAt(0, bytes), 10u);
  EXPECT_EQ(bytes, "still here");
  EXPECT_EQ(disk_.UsedBytes(), 4_KiB);
  file.reset();
  EXPECT_EQ(disk_.UsedBytes(), 0u);
}

TEST_F(MemDiskTest, SplicesAreAsShortAsTheTestWants) {
  disk_.SetSpliceBytesMax(3);
  auto writer = disk_.OpenWriter("/p");
  auto fifo = std::move(*disk_.OpenFifo("/p"));
  ASSERT_EQ(writer->Write("0123456789"), 10u);
  EXPECT_EQ(Open("/f")->SpliceFrom(*fifo, 0, 10)->bytes, 3u);
}

TEST_F(MemDiskTest, APipeLargerThanAllowedIsDenied) {
  auto fifo = std::move(*disk_.OpenFifo("/p"));
  EXPECT_TRUE(fifo->Resize(1_MiB).ok());
  EXPECT_EQ(fifo->Resize(2_MiB).code(), StatusCode::kDenied);
  disk_.SetPipeBytesMax(64_KiB);
  EXPECT_EQ(fifo->Resize(256_KiB).code(), StatusCode::kDenied);
}

TEST_F(MemDiskTest, ACrashKeepsContentsAndPipesAndClosesWhatWasOpen) {
  auto writer = disk_.OpenWriter("/p");
  auto fifo = std::move(*disk_.OpenFifo("/p"));
  auto file = Open("/f");
  ASSERT_TRUE(file->Lock().ok());
  ASSERT_TRUE(file->WriteAt(0, "unsynced").ok());
  ASSERT_EQ(writer->Write("in the pipe"), 11u);
  disk_.Crash();
  EXPECT_EQ(file->Size().status().code(), StatusCode::kGone);
  EXPECT_EQ(fifo->Available().status().code(), StatusCode::kGone);
  EXPECT_EQ(disk_.Contents("/f"), "unsynced");
  EXPECT_EQ(disk_.PipeBytes("/p"), 11u);
  EXPECT_TRUE(writer->is_open());
  EXPECT_TRUE(Open("/f")->Lock().ok());
  file.reset();  // Closing what a crash has closed does nothing.
}

TEST_F(MemDiskTest, APipeThatNobodyHoldsIsEmpty) {
  auto writer = disk_.OpenWriter("/p");
  ASSERT_EQ(writer->Write("lost"), 4u);
  EXPECT_EQ(disk_.HoldCount("/p"), 1u);
  writer->Close();
  EXPECT_EQ(disk_.HoldCount("/p"), 0u);
  EXPECT_EQ(disk_.PipeBytes("/p"), 0u);
}

TEST_F(MemDiskTest, APowerLossKillsPipesAndWriters) {
  SeededRandom random(1);
  auto writer = disk_.OpenWriter("/p");
  ASSERT_TRUE(disk_.SyncDir("/").ok());
  ASSERT_EQ(writer->Write("lost"), 4u);
  disk_.PowerLoss(random);
  EXPECT_FALSE(writer->is_open());
  EXPECT_EQ(writer->Write("x"), 0u);
  EXPECT_EQ(disk_.PipeBytes("/p"), 0u);
  EXPECT_EQ(disk_.HoldCount("/p"), 0u);
  EXPECT_TRUE(disk_.OpenFifo("/p").ok());
}

TEST_F(MemDiskTest, BytesAreDurableWhenFileAndFolderAreSynced) {
  auto file = Open("/d/f");
  ASSERT_TRUE(file->WriteAt(0, "0123456789").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(disk_.DurableBytes("/d/f"), 0u);  // Its name may still be lost.
  ASSERT_TRUE(disk_.SyncDir("/d").ok());
  EXPECT_EQ(disk_.DurableBytes("/d/f"), 10u);
  EXPECT_EQ(disk_.DurableBytes("/d/none"), 0u);
}

TEST_F(MemDiskTest, APowerLossFreesWhatIsGone) {
  SeededRandom random(1);
  disk_.SetContents("/kept", "x");
  auto file = Open("/d/f");
  ASSERT_TRUE(disk_.SyncDir("/d").ok());
  ASSERT_TRUE(file->WriteAt(0, std::string(100_KiB, 'x')).ok());
  ASSERT_TRUE(disk_.Unlink("/d/f").ok());
  ASSERT_TRUE(disk_.SyncDir("/d").ok());
  EXPECT_EQ(disk_.UsedBytes(), 104_KiB);
  disk_.PowerLoss(random);
  EXPECT_EQ(disk_.UsedBytes(), 4_KiB);
}

TEST_F(MemDiskTest, TheTestsOwnHandsAreDurableAndUncounted) {
  uint64_t calls = disk_.calls();
  disk_.MakeDirs("/a/b/c");
  disk_.SetContents("/a/b/c/f", "text");
  disk_.FlipBits("/a/b/c/f", 1, 0x20);
  EXPECT_EQ(disk_.calls(), calls);
  SeededRandom random(1);
  disk_.PowerLoss(random);
  EXPECT_EQ(disk_.Contents("/a/b/c/f"), "tExt");
  disk_.Remove("/a/b/c/f");
  disk_.Remove("/a/b/c/f");
  disk_.PowerLoss(random);
  EXPECT_FALSE(disk_.Exists("/a/b/c/f"));
}

TEST_F(MemDiskTest, ModificationTimesComeFromTheFakeClock) {
  auto file = Open("/f");
  clock_.Advance(std::chrono::seconds(5));
  ASSERT_TRUE(file->WriteAt(0, "x").ok());
  EXPECT_EQ(disk_.Stat("/f")->modified, clock_.WallNow());
}

}  // namespace
}  // namespace tailrace
