#include "tests/sim/scenario.h"

#include <iostream>

namespace tailrace {

namespace {

constexpr uint64_t kHugeCapacity = uint64_t{1} << 40;

SpoolSettings SmallSpool(SpoolFull full) {
  SpoolSettings spool;
  spool.max_size_bytes = 45'000;  // segments of 64 KiB all the same
  spool.max_file = full == SpoolFull::kDropOldest ? 2 : 20;
  spool.spool_full = full;
  spool.block_max = std::chrono::milliseconds(300);
  return spool;
}

void Write(World& world, SimWriter& writer, int lines, size_t line_bytes) {
  if (writer.is_closed || !writer.written.Rest().empty()) return;
  for (int i = 0; i < lines; ++i) {
    // One in three is long: cut by what a segment still holds.
    world.traffic().AddPlain(writer.written, world.clock().WallNow(), i % 3 == 0 ? line_bytes : line_bytes / 16);
  }
  world.Pump(writer);
}

void RunLoops(World& world, Nanos duration) {
  const MonoTime end = world.clock().Now() + duration;
  while (world.clock().Now() < end) {
    world.PumpAll();
    world.IntakeTurn(std::chrono::milliseconds(200));
    world.clock().Advance(std::chrono::milliseconds(20));
    world.HousekeeperTurn();
  }
}

}  // namespace

Housekeeper::Settings ScenarioSettings() {
  Housekeeper::Settings settings;
  settings.spool_limit = kHugeCapacity;
  settings.spool_free = 0;
  settings.spool_sync = std::chrono::seconds(2);
  settings.own_fifo_directory = kFifoFolder;
  return settings;
}

void PlayScenario(World& world) {
  world.may_discard = world.may_drop_early = true;
  const size_t first = world.AddContainer(SmallSpool(SpoolFull::kDropOldest));
  const size_t second = world.AddContainer(SmallSpool(SpoolFull::kBlock));
  SimWriter& a = world.StartWriter(first);
  SimWriter& b = world.StartWriter(second);
  for (int i = 0; i < 3; ++i) {
    Write(world, a, 5, 15'000);
    Write(world, b, 2, 9'000);
    RunLoops(world, std::chrono::milliseconds(300));
  }
  const uint64_t used = world.disk().UsedBytes();
  world.disk().SetCapacity(used - std::min(used, Journal::kReserveBytes) + 9'000);
  Write(world, a, 7, 15'000);
  Write(world, b, 3, 9'000);
  world.StopWriter(world.StartWriter(first));  // `docker logs` of a stopped container, on a full disk
  RunLoops(world, std::chrono::seconds(3));
  world.disk().SetCapacity(kHugeCapacity);
  Write(world, a, 2, 3'000);
  Write(world, b, 2, 3'000);
  RunLoops(world, std::chrono::seconds(1));
  world.StopWriter(b);
  SimWriter& c = world.StartWriter(second);
  Write(world, a, 9, 14'000);
  Write(world, c, 2, 9'000);
  RunLoops(world, std::chrono::milliseconds(2500));
  world.Finish();
}

uint64_t CountScenarioMutations() {
  Hardness hardness;
  World world({.seed = 7, .housekeeping = ScenarioSettings()}, hardness);
  PlayScenario(world);
  if (!world.complaint().empty()) std::cerr << world.complaint() << "\n" << world.TraceText();
  return world.disk().mutations();
}

}  // namespace tailrace
