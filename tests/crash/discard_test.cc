// A disk that is really full, SIGKILL in the middle of reading lines away: framing holds, and every lost line is counted.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/crash/full_disk.h"
#include "tests/crash/storm.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

constexpr uint64_t kDiskBytes = 48ull << 20;

uint64_t Kills() { return std::getenv("TAILRACE_LONG") != nullptr ? 10'000 : 300; }

// "tailrace: N lines lost here (reason)": N, or 0 for any other line.
uint64_t LostBy(const Storm::Line& line, const std::string& reason) {
  const std::string begin = "tailrace: ";
  if (line.source != "stderr" || !line.text.starts_with(begin) || !line.text.ends_with("(" + reason + ")")) return 0;
  return std::stoull(line.text.substr(begin.size()));
}

// Each line is where it belongs, or in the count of the marker that stands in its place. Returns how many were lost.
uint64_t ExpectBooksBalance(const FifoFeeder& feeder, const std::vector<Storm::Line>& lines) {
  uint64_t next = 0;
  uint64_t lost = 0;
  for (const Storm::Line& line : lines) {
    if (const uint64_t count = LostBy(line, "drop-newest"); count > 0) {
      next += count;
      lost += count;
      continue;
    }
    EXPECT_EQ(line.text, feeder.TextOf(next)) << "line " << next;
    if (testing::Test::HasFailure()) return lost;
    ++next;
  }
  EXPECT_EQ(next, feeder.lines());
  return lost;
}

bool WaitForNote(const Storm& storm) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (storm.LogText().find("discard-begins") != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(DiscardTest, KillsOnAFullDiskLoseNeitherFramingNorCount) {
  FullDisk disk(kDiskBytes);
  if (!disk.is_mounted()) GTEST_SKIP() << "needs root and a loop device";
  // No floor of free space: the kernel itself has to say that there is none left.
  Storm storm({{"TAILRACE_SPOOL_FREE", "0"}, {"TAILRACE_SPOOL_LIMIT", "1g"}}, disk.path() + "/root");
  FifoFeeder::Options options;
  options.seed = 5;
  options.pause_every = 30;
  storm.AddContainer(options, R"({"spool-full":"drop-newest","max-size":"1m","max-file":"1000"})");
  FifoFeeder& feeder = *storm.feeders()[0];
  feeder.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // Some lines are safe before the disk fills.
  disk.FillUpTo(1u << 20);
  ASSERT_TRUE(WaitForNote(storm)) << storm.LogText();
  const uint64_t lines_at_full = feeder.lines();
  SeededRandom random(99);
  while (storm.kills() < Kills() && !testing::Test::HasFatalFailure()) storm.KillAndRestart(random.Next64());
  const uint64_t lines_discarded_about = feeder.lines() - lines_at_full;
  disk.Free();
  const uint64_t lines_at_free = feeder.lines();
  while (feeder.lines() < lines_at_free + 30'000) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  feeder.Stop();
  storm.EndContainers();
  const uint64_t lost = ExpectBooksBalance(feeder, storm.ReadLogs(0));
  EXPECT_GT(lost, lines_discarded_about / 2) << "hardly anything was discarded: the storm proved nothing";
  EXPECT_LT(lost, feeder.lines() - 1'000) << "taking did not begin again";
  std::printf("%lu kills in discard, %lu of %lu lines lost and counted\n", storm.kills(), lost, feeder.lines());
}

TEST(DiscardTest, AFullDiskIsUsedAgainWithinASecondOfRoom) {
  FullDisk disk(kDiskBytes);
  if (!disk.is_mounted()) GTEST_SKIP() << "needs root and a loop device";
  Storm storm({{"TAILRACE_SPOOL_FREE", "0"}, {"TAILRACE_SPOOL_LIMIT", "1g"}}, disk.path() + "/root");
  FifoFeeder::Options options;
  options.seed = 6;
  options.has_long_lines = false;
  storm.AddContainer(options, R"({"spool-full":"drop-newest","max-size":"1m","max-file":"1000"})");
  FifoFeeder& feeder = *storm.feeders()[0];
  feeder.Start();
  uint64_t lost_before = 0;
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    disk.FillUpTo(1u << 20);
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));  // 1 MiB and the second of patience are over.
    disk.Free();
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    const std::vector<Storm::Line> lines = storm.ReadLogs(0);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(LostBy(lines.back(), "drop-newest"), 0u) << "nothing taken a second after there was room";
    uint64_t lost = 0;
    for (const Storm::Line& line : lines) lost += LostBy(line, "drop-newest");
    EXPECT_GT(lost, lost_before) << "round " << round << " did not fill the disk";
    lost_before = lost;
  }
  feeder.Stop();
  storm.EndContainers();
  ExpectBooksBalance(feeder, storm.ReadLogs(0));
}

}  // namespace
}  // namespace tailrace
