// The real binary, real FIFOs, SIGKILL at random moments: every line once, in order, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/crash/storm.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

uint64_t Kills() { return std::getenv("TAILRACE_LONG") != nullptr ? 100'000 : 2'000; }

void ExpectEveryLine(Storm& storm, size_t i) {
  const FifoFeeder& feeder = *storm.feeders()[i];
  const std::vector<Storm::Line> lines = storm.ReadLogs(i);
  for (uint64_t n = 0; n < std::min<uint64_t>(lines.size(), feeder.lines()); ++n) {
    ASSERT_EQ(lines[n].text, feeder.TextOf(n));
    ASSERT_EQ(lines[n].source, feeder.SourceOf(n));
  }
  ASSERT_EQ(lines.size(), feeder.lines());
}

// Trap 14: nobody calls StartLogging again after a crash.
// Trap 25: after a crash the position may be mid-frame; the file ends there, the pipe goes on there.
TEST(KillTest, AStormOfKillsLosesNothingAndDoublesNothing) {
  Storm storm({}, "");
  for (uint64_t seed : {11u, 22u, 33u}) {
    FifoFeeder::Options options;
    options.seed = seed;
    options.pause_every = 20 + static_cast<int>(seed);
    // Small segments, so that kills fall into rolls too; a history that holds everything.
    storm.AddContainer(options, R"({"max-size":"300k","max-file":"10000"})");
  }
  for (auto& feeder : storm.feeders()) feeder->Start();
  SeededRandom random(2026);
  while (storm.kills() < Kills() && !testing::Test::HasFatalFailure()) storm.KillAndRestart(random.Next64());
  for (auto& feeder : storm.feeders()) feeder->Stop();
  storm.EndContainers();
  uint64_t lines = 0;
  for (size_t i = 0; i < storm.feeders().size(); ++i) {
    ExpectEveryByte(storm, i);
    ExpectEveryLine(storm, i);
    lines += storm.feeders()[i]->lines();
  }
  EXPECT_GE(storm.kills(), Kills());
  EXPECT_GT(storm.kills_in_mid_frame(), 0u) << "no kill fell into a frame: the storm proved nothing";
  EXPECT_GT(lines, 10'000u);
  std::printf("%lu kills, %lu of every eighth in mid-frame, %lu lines\n", storm.kills(), storm.kills_in_mid_frame(),
              lines);
}

// Trap 9: SIGTERM ends the process, in time, and nothing of what flows meanwhile is lost.
TEST(KillTest, SigtermEndsInTimeAndTheNextProcessGoesOn) {
  Storm storm({}, "");
  FifoFeeder::Options options;
  options.seed = 7;
  storm.AddContainer(options, R"({"max-file":"100"})");
  storm.feeders()[0]->Start();
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(storm.plugin().Terminate(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    storm.plugin().Start();
    ASSERT_TRUE(storm.plugin().WaitServing());
  }
  storm.feeders()[0]->Stop();
  storm.EndContainers();
  ExpectEveryByte(storm, 0);
  ExpectEveryLine(storm, 0);
  EXPECT_GT(storm.feeders()[0]->lines(), 100u);
}

}  // namespace
}  // namespace tailrace
