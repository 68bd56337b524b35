// Many small worlds, each with its own seed: crashes, answers that never come, refusals, full disks, clock jumps. A
// seed that fails is repeated by TAILRACE_SEED=<number>.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/delivery_sim/delivery_world.h"

namespace tailrace {
namespace {

Weather DrawWeather(SeededRandom& random) {
  Weather weather;
  if (random.Chance(0.3)) return weather;
  if (random.Chance(0.3)) weather.refused = random.Chance(0.5) ? 1.0 : 0.3;
  if (random.Chance(0.3)) weather.reset = 0.3;
  if (random.Chance(0.5)) weather.commit_break = random.Chance(0.3) ? 0.9 : 0.3;
  if (random.Chance(0.3)) weather.overloaded = random.Chance(0.3) ? 1.0 : 0.3;
  if (random.Chance(0.1)) weather.unauthorized = 1.0;
  if (random.Chance(0.3)) weather.item_busy = random.Chance(0.3) ? 0.5 : 0.02;
  if (random.Chance(0.2)) weather.body_bytes_max = random.Between(30'000, 300'000);
  weather.is_index_missing = random.Chance(0.15);
  weather.is_index_away = random.Chance(0.15);
  return weather;
}

void JumpClock(DeliveryWorld& world) {
  const int64_t seconds = static_cast<int64_t>(world.random().Below(4'000'000)) - 2'000'000;
  world.clock().JumpWall(std::chrono::seconds(seconds));
  ++world.hardness().clock_jumps;
}

void Trouble(DeliveryWorld& world) {
  SeededRandom& random = world.random();
  const uint64_t kind = random.Below(11);
  if (kind < 3) {
    world.servers()[random.Below(DeliveryWorld::kServers)].weather = DrawWeather(random);
  } else if (kind < 5) {
    constexpr DeathMode kModes[] = {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter};
    world.disk().DieAtCall(random.Between(1, 60), kModes[random.Below(3)]);
  } else if (kind == 5) {
    world.Kill();
  } else if (kind == 6) {
    JumpClock(world);
  } else if (kind == 7 && world.may_lose) {
    world.disk().SetCapacity(random.Chance(0.5) ? world.disk().UsedBytes() + random.Below(100'000) : 1ull << 40);
    ++world.hardness().full_disks;
  } else if (kind == 8 && world.has_rolled_over) {
    for (SimServer& server : world.servers()) server.fake->Rollover();
    ++world.hardness().rollovers;
  } else if (kind == 9 && world.may_lose_power && random.Chance(0.3)) {
    world.LosePower();
  } else if (kind == 10) {
    world.ChangePassword(world.servers()[random.Below(DeliveryWorld::kServers)]);
  } else {
    world.RunFor(std::chrono::milliseconds(random.Between(100, 3000)));
  }
}

void Act(DeliveryWorld& world) {
  SeededRandom& random = world.random();
  auto& streams = world.streams();
  const uint64_t kind = random.Below(100);
  if (kind < 40) {
    if (!streams.empty()) world.Write(*streams[random.Below(streams.size())], random.Between(1, 60));
  } else if (kind < 55) {
    world.IntakeTurn(std::chrono::milliseconds(random.Below(20)));
  } else if (kind < 80) {
    world.DeliveryTurn(std::chrono::milliseconds(random.Below(400)));
  } else if (kind < 84) {
    world.HousekeeperTurn();
  } else if (kind < 87) {
    if (streams.size() < 8) world.StartStream();
  } else if (kind < 88) {
    if (!streams.empty()) world.Close(*streams[random.Below(streams.size())]);
  } else {
    Trouble(world);
  }
}

std::string RunSeed(uint64_t seed, DeliveryHardness& hardness) {
  DeliveryWorld world(seed, hardness);
  world.may_lose = seed % 4 == 3;
  world.has_rolled_over = seed % 8 == 5;
  world.may_lose_power = seed % 16 == 10;
  world.StartStream();
  const uint64_t steps = world.random().Between(50, 300);
  for (uint64_t i = 0; i < steps && world.complaint().empty(); ++i) Act(world);
  if (world.complaint().empty()) world.Finish();
  if (std::getenv("TAILRACE_SEED") != nullptr && !world.complaint().empty()) {
    for (const MemoryLog::Line& line : world.log().lines()) std::cout << line.text << "\n";
  }
  return world.complaint();
}

uint64_t SeedsWanted() { return std::getenv("TAILRACE_LONG") != nullptr ? 10'000 : 200; }

TEST(DeliverySimTest, EveryLineOnceOrCountedWhateverHappens) {
  DeliveryHardness hardness;
  if (const char* only = std::getenv("TAILRACE_SEED")) {
    EXPECT_EQ(RunSeed(std::strtoull(only, nullptr, 10), hardness), "");
    return;
  }
  int failures = 0;
  for (uint64_t seed = 1; seed <= SeedsWanted() && failures < 5; ++seed) {
    const std::string complaint = RunSeed(seed, hardness);
    EXPECT_EQ(complaint, "") << "TAILRACE_SEED=" << seed;
    if (!complaint.empty()) ++failures;
  }
  const DeliveryHardness& h = hardness;
  std::cout << "lines " << h.lines << ", conflicts " << h.conflicts << ", unknown " << h.unknown << ", crashes "
            << h.crashes << " (" << h.crashes_in_flight << " in flight), retries " << h.retries << ", splits "
            << h.splits
            << ", rewinds " << h.rewinds << ", dead " << h.dead << ", dropped " << h.dropped << ", markers "
            << h.markers
            << ", held " << h.holds << ", refused " << h.refused << ", rollovers " << h.rollovers << " (twice "
            << h.twice
            << "), jumps " << h.clock_jumps << ", full disks " << h.full_disks << ", power losses "
            << h.power_losses << ", passwords " << h.passwords << "\n";
  const uint64_t per = SeedsWanted() / 100;
  EXPECT_GE(h.lines, 100'000 * per);
  EXPECT_GE(h.conflicts, 1000 * per);
  EXPECT_GE(h.unknown, 100 * per);
  EXPECT_GE(h.crashes, 100 * per);
  EXPECT_GE(h.crashes_in_flight, 20 * per);
  EXPECT_GE(h.retries, 10'000 * per);
  EXPECT_GE(h.splits, 500 * per);
  EXPECT_GE(h.dead, 100 * per);
  EXPECT_GE(h.dropped, 100 * per);
  EXPECT_GE(h.markers, 5 * per);
  EXPECT_GE(h.refused, 50 * per);
  EXPECT_GE(h.holds, 100 * per);
  EXPECT_GE(h.clock_jumps, 50 * per);
  EXPECT_GE(h.power_losses, per);
  EXPECT_GE(h.passwords, 50 * per);
}

}  // namespace
}  // namespace tailrace
