// Room reserved ahead of a busy segment, on a real ext4.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/posix_disk.h"
#include "journal/room_ahead.h"
#include "tests/crash/full_disk.h"

namespace tailrace {
namespace {

class ReservedRoom : public testing::Test {
 protected:
  ReservedRoom() { CHECK(disk_.is_mounted()); }

  std::unique_ptr<File> OpenFile() { return std::move(*posix_.Open(path_, OpenMode::kCreate)); }
  FileInfo Info() { return *posix_.Stat(path_); }

  FullDisk disk_{32_MiB};
  PosixDisk posix_;
  const std::string path_ = disk_.path() + "/segment";
};

TEST_F(ReservedRoom, OccupiesTheDiskUntilItIsGivenBackAndLeavesTheSize) {
  const std::unique_ptr<File> file = OpenFile();
  ASSERT_TRUE(file->WriteAt(0, std::string(10'000, 'x')).ok());
  ASSERT_TRUE(file->Reserve(10'000, 1_MiB).ok());
  EXPECT_EQ(Info().bytes, 10'000u);
  EXPECT_GE(Info().disk_bytes, 1_MiB);
  ASSERT_TRUE(file->WriteAt(10'000, "more").ok());
  ASSERT_TRUE(file->Unreserve().ok());
  EXPECT_EQ(Info().bytes, 10'004u);
  EXPECT_LE(Info().disk_bytes, 16_KiB);
  EXPECT_EQ(*ReadWholeFile(posix_, path_, 20'000), std::string(10'000, 'x') + "more");
}

TEST_F(ReservedRoom, WhenThereIsTooLittleNothingStaysTaken) {
  const std::unique_ptr<File> file = OpenFile();
  ASSERT_TRUE(file->WriteAt(0, "line").ok());
  disk_.FillUpTo(1536_KiB);  // of which ext4 keeps some for itself
  const uint64_t before = disk_.free_bytes();
  EXPECT_EQ(file->Reserve(4, 2_MiB).code(), StatusCode::kNoSpace);
  EXPECT_GE(disk_.free_bytes() + 64_KiB, before);
  EXPECT_TRUE(file->WriteAt(4, std::string(64 * 1024, 'y')).ok());
}

// A file that lost its process in between: the next one finds the room without having been told.
TEST_F(ReservedRoom, OfAnotherProcessIsGivenBackToo) {
  {
    const std::unique_ptr<File> file = OpenFile();
    ASSERT_TRUE(file->WriteAt(0, "line").ok());
    RoomAhead room;
    room.Provide(*file, 4, 200_KiB, 16_MiB);
    ASSERT_TRUE(room.may_have_some());
  }
  ASSERT_GE(Info().disk_bytes, 1_MiB);
  RoomAhead room;
  room.OnOldFile();
  room.GiveBack(*OpenFile());
  EXPECT_LE(Info().disk_bytes, 8_KiB);
  EXPECT_EQ(Info().bytes, 4u);
}

}  // namespace
}  // namespace tailrace
