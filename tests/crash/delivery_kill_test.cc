// The real binary between real FIFOs and a server that loses answers and refuses items, SIGKILL at random moments: the
// server has each line exactly once.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/crash/storm.h"
#include "tests/fakes/bulk_server.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

constexpr uint64_t kLinesMin = 10'000;
uint64_t Kills() { return std::getenv("TAILRACE_LONG") != nullptr ? 10'000 : 200; }

uint64_t Lines(Storm& storm) {
  uint64_t lines = 0;
  for (auto& feeder : storm.feeders()) lines += feeder->lines();
  return lines;
}

// A slow build begins for longer than it runs: more kills, until they have met as many lines.
bool IsOver(Storm& storm) {
  if (testing::Test::HasFatalFailure()) return true;
  return storm.kills() >= Kills() && (Lines(storm) > kLinesMin || storm.kills() >= 20 * Kills());
}

bool WaitForDocuments(const BulkServer& server, uint64_t lines) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (server.documents() < lines && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return server.documents() >= lines;
}

TEST(DeliveryKillTest, AStormOfKillsStoresEachLineOnce) {
  BulkServer server({.refused_percent = 2, .lost_percent = 5});  // Before the FIFOs: it must not hold them.
  Storm storm({}, "");
  for (uint64_t seed : {5u, 6u, 7u}) {
    FifoFeeder::Options options;
    options.seed = seed;
    options.pause_every = 20;
    storm.AddContainer(options, R"({"max-size":"300k","max-file":"10000","es-url":")" + server.url() + "\"}");
  }
  for (auto& feeder : storm.feeders()) feeder->Start();
  SeededRandom random(2027);
  while (!IsOver(storm)) storm.KillAndRestart(random.Next64());
  for (auto& feeder : storm.feeders()) feeder->Stop();
  storm.EndContainers();
  const uint64_t lines = Lines(storm);
  EXPECT_TRUE(WaitForDocuments(server, lines)) << server.documents() << " of " << lines;
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(server.documents(), lines);
  EXPECT_GT(lines, kLinesMin);
  // Each hard case has happened: what was stored and sent again, what was refused, what was never answered.
  EXPECT_GT(server.duplicates(), 0u);
  EXPECT_GT(server.refused(), 0u);
  EXPECT_GT(server.lost_answers(), 0u);
  std::printf("%lu kills, %lu lines, %lu sent again though stored, %lu refused, %lu answers lost\n", storm.kills(), lines,
              server.duplicates(), server.refused(), server.lost_answers());
}

}  // namespace
}  // namespace tailrace
