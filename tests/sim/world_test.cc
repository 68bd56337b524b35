// The World by itself: a script without any chance, so that the oracle is seen to work before a seed is trusted with
// it.
#include "tests/sim/world.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

SpoolSettings SmallHistory() {
  SpoolSettings spool;
  spool.max_size_bytes = 100'000;
  spool.max_file = 3;
  spool.block_max = std::chrono::seconds(2);
  return spool;
}

TEST(WorldTest, PlainTrafficIsReadBackWhole) {
  Hardness hardness;
  World world({.seed = 1, .housekeeping = {}}, hardness);
  SimWriter& writer = world.StartWriter(world.AddContainer(SmallHistory()));
  for (int burst = 0; burst < 20; ++burst) {
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 30'000);
    world.RunFor(std::chrono::milliseconds(300));
    world.CheckAll(false);
    world.CheckLogs(0);
  }
  world.Finish();
  EXPECT_EQ(world.complaint(), "") << world.TraceText();
  EXPECT_GT(hardness.count("gaps_drop-oldest"), 0u);
  EXPECT_GT(hardness.count("rolled_segments"), 0u);
}

TEST(WorldTest, KillsLoseNothing) {
  Hardness hardness;
  World world({.seed = 2, .housekeeping = {}}, hardness);
  SimWriter& writer = world.StartWriter(world.AddContainer(SmallHistory()));
  for (int burst = 0; burst < 20; ++burst) {
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 30'000);
    world.disk().SetSpliceBytesMax(world.random().Between(1, 30'000));
    world.Pump(writer);
    world.IntakeTurn(Nanos(0));
    world.Kill();
    world.RunFor(std::chrono::milliseconds(50));
    world.CheckAll(false);
    world.CheckLogs(0);
  }
  world.Finish();
  EXPECT_EQ(world.complaint(), "") << world.TraceText();
  EXPECT_GT(hardness.count("crashes_in_mid_frame"), 5u);
  EXPECT_GT(hardness.count("reattached_streams"), 10u);
}

TEST(WorldTest, AFullDiskIsCounted) {
  Hardness hardness;
  Housekeeper::Settings settings;
  settings.spool_free = 0;
  settings.spool_limit = uint64_t{1} << 40;
  World world({.seed = 3, .housekeeping = settings}, hardness);
  SpoolSettings spool = SmallHistory();
  spool.max_file = 100;
  SimWriter& writer = world.StartWriter(world.AddContainer(spool));
  world.may_discard = world.may_drop_early = true;
  for (int round = 0; round < 5; ++round) {
    // Less than there is, since the reserve is given up first.
    world.disk().SetCapacity(world.disk().UsedBytes() - Journal::kReserveBytes + 20'000);
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 100'000);
    world.CheckNotStuck();
    world.Kill();
    world.disk().SetCapacity(uint64_t{1} << 40);
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 10'000);
    world.RunFor(std::chrono::seconds(2));
    world.CheckAll(false);
    world.CheckLogs(0);
  }
  world.Finish();
  EXPECT_EQ(world.complaint(), "") << world.TraceText();
  EXPECT_GT(hardness.count("gaps_drop-newest"), 2u) << hardness.ToString();
}

TEST(WorldTest, WhatWasSyncedOutlivesAPowerLoss) {
  Hardness hardness;
  World world({.seed = 4, .housekeeping = {}}, hardness);
  for (int round = 0; round < 10; ++round) {
    SimWriter& writer = world.StartWriter(world.AddContainer(SmallHistory()));
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 200'000);
    world.RunFor(std::chrono::seconds(1));
    world.CheckDurable();
    world.traffic().AddBytes(writer.written, world.clock().WallNow(), 50'000);
    world.RunFor(std::chrono::milliseconds(100));
    world.LosePower();
    world.CheckAll(false);
    world.CheckLogs(0);
  }
  world.Finish();
  EXPECT_EQ(world.complaint(), "") << world.TraceText();
  EXPECT_EQ(hardness.count("power_losses"), 10u);
  EXPECT_GT(hardness.count("synced_segments"), 10u);
}

}  // namespace
}  // namespace tailrace
