// Random worlds: one seed decides everything. A failing one prints its number; TAILRACE_SEED=<n> plays it again.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/sim/actor.h"
#include "tests/sim/case_label.h"

namespace tailrace {
namespace {

constexpr uint64_t kSeeds = 200;
constexpr uint64_t kSeedsLong = 10'000;
constexpr uint64_t kAnySeed = UINT64_MAX;

void PlaySeed(uint64_t seed, Hardness& hardness) {
  SetCaseLabel("TAILRACE_SEED=" + std::to_string(seed));
  const Actor::Plan plan = Actor::DrawPlan(seed);
  World world({.seed = seed, .housekeeping = plan.housekeeping}, hardness);
  Actor actor(world, plan);
  actor.Play();
  ASSERT_EQ(world.complaint(), "") << "play it again with TAILRACE_SEED=" << seed << "\n" << world.TraceText();
}

TEST(SimTest, EveryLineIsInItsPlaceOrCounted) {
  Hardness hardness;
  const uint64_t only = SeedFromEnvironment(kAnySeed);
  if (only != kAnySeed) return PlaySeed(only, hardness);
  const uint64_t seeds = IsLongRun() ? kSeedsLong : kSeeds;
  for (uint64_t seed = 0; seed < seeds && !HasFatalFailure(); ++seed) PlaySeed(seed, hardness);
  std::cout << hardness.ToString() << "\n";
  const std::vector<std::string> hard = {
      "crashes", "power_losses", "crashes_in_mid_frame", "crashes_in_discard", "deaths_while_starting",
      "reattached_streams", "rolled_segments", "gaps_drop-oldest", "gaps_drop-newest", "histories_cut",
      "full_disks", "failing_calls", "clock_jumps", "temporary_loggers", "followers", "slow_readers",
      "slow_answers_checked", "logs_checked", "pipes_lost", "writers_dropped", "synced_segments",
      "unsynced_segments", "segments_seen_durable", "streams_dropped_whole"};
  const std::vector<std::string> missing = hardness.Missing(hard, 5);
  EXPECT_TRUE(missing.empty()) << "never hard: " << missing.front() << "; " << hardness.ToString();
}

}  // namespace
}  // namespace tailrace
