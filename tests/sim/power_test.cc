// Power losses in all states that a disk may be in: what was synced is there, the start works, nothing is invented.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/sim/case_label.h"
#include "tests/sim/world.h"

namespace tailrace {
namespace {

constexpr int kLossesOfAWorld = 25;
constexpr int kWorlds = 800;
constexpr int kWorldsLong = 40'000;
constexpr uint64_t kAnySeed = UINT64_MAX;

class PowerGame {
 public:
  PowerGame(uint64_t seed, Hardness& hardness)
      : world_({.seed = seed, .housekeeping = Settings()}, hardness), random_(world_.random()) {}

  std::string Play() {
    for (int i = 0; i < 3; ++i) world_.AddContainer(Spool());
    for (int loss = 0; loss < kLossesOfAWorld && world_.complaint().empty(); ++loss) {
      LiveABit();
      Lose();
      // Half of the time the next loss comes before everything has been looked at.
      if (random_.Chance(0.7)) world_.IntakeTurn(Nanos(0));
      if (random_.Chance(0.5)) world_.HousekeeperTurn();
      if (random_.Chance(0.3)) world_.CheckAll(false);
    }
    if (world_.complaint().empty()) world_.Finish();
    return world_.complaint().empty() ? "" : world_.complaint() + "\n" + world_.TraceText();
  }

 private:
  static Housekeeper::Settings Settings() {
    Housekeeper::Settings settings;
    settings.own_fifo_directory = kFifoFolder;
    return settings;
  }

  static SpoolSettings Spool() {
    SpoolSettings spool;
    spool.max_size_bytes = 70'000;
    spool.max_file = 100;
    return spool;
  }

  void LiveABit() {
    SimWriter& writer = world_.StartWriter(random_.Below(world_.containers().size()));
    const uint64_t steps = random_.Between(1, 8);
    for (uint64_t step = 0; step < steps; ++step) Step(writer);
  }

  void Step(SimWriter& writer) {
    const uint64_t kind = random_.Below(10);
    if (kind < 4) {
      const size_t bytes = random_.Chance(0.2) ? random_.Between(5'000, 60'000) : random_.Between(1, 3'000);
      world_.traffic().AddBytes(writer.written, world_.clock().WallNow(), bytes);
      world_.Pump(writer);
    }
    if (kind < 7) return world_.IntakeTurn(Nanos(0));
    if (kind == 7) return world_.disk().Writeback(random_);
    if (kind == 8) return world_.StopWriter(writer);
    // The next sync is due, or about to be.
    world_.clock().Advance(std::chrono::milliseconds(random_.Between(1, 6'000)));
    world_.HousekeeperTurn();
  }

  // Between two calls, or in the middle of one of the next.
  void Lose() {
    if (random_.Chance(0.5)) return world_.LosePower();
    const uint64_t before = world_.hardness().count("power_losses");
    world_.SetDeath(true);
    world_.disk().DieAtCall(random_.Between(1, 30), DeathMode::kHalfway);
    world_.clock().Advance(std::chrono::seconds(6));
    world_.HousekeeperTurn();
    if (world_.hardness().count("power_losses") == before) world_.LosePower();
  }

  World world_;
  SeededRandom& random_;
};

TEST(PowerTest, WhatWasSyncedStaysAndNothingIsInvented) {
  Hardness hardness;
  const uint64_t only = SeedFromEnvironment(kAnySeed);
  const uint64_t first = only == kAnySeed ? 0 : only;
  const uint64_t worlds = only != kAnySeed ? 1 : static_cast<uint64_t>(IsLongRun() ? kWorldsLong : kWorlds);
  for (uint64_t seed = first; seed < first + worlds && !HasFailure(); ++seed) {
    SetCaseLabel("power, TAILRACE_SEED=" + std::to_string(seed));
    PowerGame game(seed, hardness);
    EXPECT_EQ(game.Play(), "") << "play it again with TAILRACE_SEED=" << seed;
  }
  std::cout << hardness.ToString() << "\n";
  if (only != kAnySeed) return;
  EXPECT_GE(hardness.count("power_losses"), worlds * kLossesOfAWorld);
  const std::vector<std::string> hard = {"synced_segments", "unsynced_segments", "damaged_frames_after_power_loss",
                                         "gaps_damage"};
  EXPECT_TRUE(hardness.Missing(hard, 20).empty()) << hardness.Missing(hard, 20).front();
}

}  // namespace
}  // namespace tailrace
