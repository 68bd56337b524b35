// SIGKILL while a busy stream's segment has room on disk beyond its end: the end is still where the last splice left it.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/bytes.h"
#include "base/posix_disk.h"
#include "tests/crash/full_disk.h"
#include "tests/crash/storm.h"

namespace tailrace {
namespace {

// Whether a segment occupies clearly more than its size.
bool HasRoomAhead(const std::string& folder) {
  PosixDisk disk;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".log") continue;
    const Result<FileInfo> info = disk.Stat(entry.path());
    if (info.ok() && info->disk_bytes > info->bytes + 64_KiB) return true;
  }
  return false;
}

TEST(RoomAheadKillTest, KillsWithRoomAheadLoseNothingAndTheRoomIsGivenBack) {
  constexpr int kKills = 60;
  const FullDisk disk(768_MiB);
  ASSERT_TRUE(disk.is_mounted());
  Storm storm({}, disk.path() + "/root");
  FifoFeeder::Options options;
  options.seed = 5;
  options.pause_every = 1'000'000;
  storm.AddContainer(options, R"({"max-size":"8m","max-file":"100"})");
  storm.feeders()[0]->Start();
  int with_room = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2 + kill % 20));
    storm.plugin().Kill();
    if (HasRoomAhead(storm.StreamFolder(0))) ++with_room;
    storm.plugin().Start();
    ASSERT_TRUE(storm.plugin().WaitServing()) << storm.LogText();
  }
  storm.feeders()[0]->Stop();
  storm.EndContainers();
  EXPECT_GE(with_room, kKills / 4) << "few kills met room ahead: the storm proved nothing";
  EXPECT_FALSE(HasRoomAhead(storm.StreamFolder(0)));
  ExpectEveryByte(storm, 0);
  std::printf("%d of %d kills with room ahead, %lu lines\n", with_room, kKills, storm.feeders()[0]->lines());
}

}  // namespace
}  // namespace tailrace
