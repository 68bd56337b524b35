// The process dies at every call that changes something, and again at every call of what follows.
#include <gtest/gtest.h>

#include <array>
#include <iostream>

#include "tests/sim/case_label.h"
#include "tests/sim/scenario.h"

namespace tailrace {
namespace {

constexpr uint64_t kSeed = 7;
constexpr int kPairs = 2'000;
constexpr int kPairsLong = 50'000;
constexpr uint64_t kRecoveryCallsMax = 80;  // of a start and what follows at once

struct Death {
  uint64_t at = 0;
  DeathMode mode = DeathMode::kBefore;
};

std::string ModeName(DeathMode mode) {
  switch (mode) {
    case DeathMode::kBefore: return "before";
    case DeathMode::kHalfway: return "halfway";
    case DeathMode::kAfter: return "after";
  }
  return "";
}

// Returns whether the last death was reached.
bool PlayWithDeaths(Death first, Death second, Hardness& hardness) {
  const std::string label = "death at " + std::to_string(first.at) + " " + ModeName(first.mode) + ", then at " +
                            std::to_string(second.at) + " " + ModeName(second.mode);
  SetCaseLabel(label);
  const uint64_t before = hardness.count("crashes");
  World world({.seed = kSeed,
               .housekeeping = ScenarioSettings(),
               .before_start = [&](MemDisk& disk) { disk.DieAtCall(first.at, first.mode); },
               .may_discard = true},
              hardness);
  world.SetSecondDeath(second.at, second.mode);
  PlayScenario(world);
  EXPECT_EQ(world.complaint(), "") << label << "\n" << world.TraceText();
  // One crash belongs to the scenario's own end.
  return hardness.count("crashes") - before >= (second.at == 0 ? 2 : 3);
}

TEST(DieTest, AtEveryCallNothingIsLost) {
  Hardness hardness;
  const uint64_t calls = CountScenarioMutations();
  EXPECT_GT(calls, 300u);
  for (DeathMode mode : {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter}) {
    if (mode == DeathMode::kAfter && !IsLongRun()) continue;  // Nearly the same as before the next call.
    for (uint64_t k = 1; k <= calls && !HasFailure(); ++k) PlayWithDeaths({k, mode}, {}, hardness);
  }
  std::cout << calls << " calls: " << hardness.ToString() << "\n";
  const std::vector<std::string> hard = {"crashes_in_mid_frame",  "crashes_in_discard", "crashes_in_discard_piece",
                                         "deaths_while_starting", "reattached_streams", "gaps_drop-newest"};
  EXPECT_TRUE(hardness.Missing(hard, 5).empty()) << hardness.Missing(hard, 5).front();
}

TEST(DieTest, AgainInTheRecoveryNothingIsLost) {
  Hardness hardness;
  const uint64_t calls = CountScenarioMutations();
  SeededRandom random(SeedFromEnvironment(1));
  const std::array modes = {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter};
  const int pairs = IsLongRun() ? kPairsLong : kPairs;
  int reached = 0;
  for (int i = 0; i < pairs && !HasFailure(); ++i) {
    const Death first{random.Between(1, calls), modes[random.Below(modes.size())]};
    const Death second{random.Between(1, kRecoveryCallsMax), modes[random.Below(modes.size())]};
    reached += PlayWithDeaths(first, second, hardness) ? 1 : 0;
  }
  std::cout << reached << " of " << pairs << " second deaths were reached: " << hardness.ToString() << "\n";
  EXPECT_GT(reached, pairs / 2);
}

}  // namespace
}  // namespace tailrace
