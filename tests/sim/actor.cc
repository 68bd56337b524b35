#include "tests/sim/actor.h"

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

constexpr uint64_t kHugeCapacity = uint64_t{1} << 40;
constexpr size_t kContainersMax = 4;
constexpr size_t kWritersMax = 12;

}  // namespace

Actor::Plan Actor::DrawPlan(uint64_t seed) {
  SeededRandom random(seed * 2 + 1);
  Plan plan;
  plan.has_kills = random.Chance(0.8);
  plan.has_power_losses = random.Chance(0.3);
  plan.has_full_disks = random.Chance(0.5);
  plan.has_failing_calls = random.Chance(0.3);
  plan.has_clock_jumps = random.Chance(0.3);
  plan.actions = random.Between(40, 200);
  Housekeeper::Settings& settings = plan.housekeeping;
  settings.own_fifo_directory = kFifoFolder;
  settings.spool_sync = random.Chance(0.1) ? Nanos(0) : Nanos(std::chrono::seconds(5));
  settings.spool_limit = random.Chance(0.2) ? random.Between(300'000, 2'000'000) : kHugeCapacity;
  settings.spool_free = random.Chance(0.2) ? random.Between(0, 3'000'000) : 0;
  return plan;
}

Actor::Actor(World& world, const Plan& plan) : world_(world), random_(world.random()), plan_(plan) {
  world_.may_drop_early = *plan.housekeeping.spool_limit < kHugeCapacity || *plan.housekeeping.spool_free > 0;
  world_.may_discard = *plan.housekeeping.spool_limit < kHugeCapacity;
  // See FailCalls: what was discarded without a note is known to the process alone.
  world_.kills_at_end = plan.has_kills || plan.has_power_losses || !plan.has_failing_calls;
  // Whoever reads goes with the process that serves him.
  world_.before_end = [this] { slow_.clear(); };
}

Actor::~Actor() { world_.before_end = nullptr; }

void Actor::Play() {
  StartOne();
  for (size_t i = 0; i < plan_.actions && world_.complaint().empty(); ++i) Act();
  for (SlowReader& slow : slow_) EndSlowReader(slow);
  slow_.clear();
  if (world_.complaint().empty()) world_.Finish();
}

void Actor::Act() {
  world_.clock().Advance(Nanos(static_cast<int64_t>(random_.Below(3'000'000))));
  const uint64_t kind = random_.Below(100);
  if (kind < 34) return Write();
  if (kind < 60) return Turn();
  if (kind < 66) return StartOne();
  if (kind < 69) return StopOne();
  if (kind < 71) return TemporaryLogger();
  if (kind < 75) return Read();
  if (kind < 77) return BeginSlowReader();
  if (kind < 83) return StepSlowReader();
  if (kind < 86) return Check();
  ActTrouble();
}

void Actor::ActTrouble() {
  const uint64_t kind = random_.Below(12);
  if (kind < 3 && plan_.has_kills) return Die();
  if (kind < 4 && plan_.has_power_losses) return world_.LosePower();
  if (kind < 6 && plan_.has_full_disks) return is_full_ ? Relieve() : FillDisk();
  if (kind < 8 && plan_.has_failing_calls) return is_failing_ ? Relieve() : FailCalls();
  if (kind < 9 && plan_.has_clock_jumps) return JumpClock();
  if (kind < 10) return world_.disk().SetSpliceBytesMax(random_.Chance(0.5) ? random_.Between(1, 20'000) : SIZE_MAX);
  if (kind < 11) return Relieve();
  if (kind < 12) return world_.disk().Writeback(random_);
}

SpoolSettings Actor::DrawSpool() {
  SpoolSettings spool;
  spool.max_size_bytes = random_.Chance(0.5) ? random_.Between(1, 70'000) : random_.Between(70'000, 600'000);
  spool.max_file = random_.Between(1, 6);
  const std::array all = {SpoolFull::kDropOldest, SpoolFull::kDropNewest, SpoolFull::kBlock};
  spool.spool_full = all[random_.Below(all.size())];
  spool.block_max = std::chrono::milliseconds(random_.Chance(0.2) ? 0 : random_.Between(1, 3000));
  return spool;
}

SimWriter* Actor::DrawOpenWriter() {
  std::vector<SimWriter*> open;
  for (auto& writer : world_.writers()) {
    if (!writer->is_closed) open.push_back(writer.get());
  }
  return open.empty() ? nullptr : open[random_.Below(open.size())];
}

void Actor::Write() {
  SimWriter* writer = DrawOpenWriter();
  if (writer == nullptr) return StartOne();
  // A container that waits writes nothing more.
  if (writer->written.Rest().empty()) {
    const size_t bytes = random_.Chance(0.2) ? random_.Between(10'000, 150'000) : random_.Between(1, 6'000);
    world_.traffic().AddBytes(writer->written, world_.clock().WallNow(), bytes);
  }
  world_.Trace("write " + writer->fifo.substr(writer->fifo.size() - 2));
  world_.Pump(*writer);
}

void Actor::Turn() {
  const uint64_t kind = random_.Below(10);
  if (kind < 5) return world_.IntakeTurn(std::chrono::microseconds(random_.Below(20'000)));
  if (kind < 7) return world_.HousekeeperTurn();
  if (kind < 9) return world_.RunFor(std::chrono::milliseconds(random_.Between(1, 1500)));
  world_.Trace("advance");
  world_.clock().Advance(std::chrono::seconds(random_.Between(1, 70)));
}

void Actor::StartOne() {
  if (world_.writers().size() >= kWritersMax) return;
  size_t container = random_.Below(kContainersMax);
  if (container >= world_.containers().size()) container = world_.AddContainer(DrawSpool());
  world_.StartWriter(container);
}

void Actor::StopOne() {
  SimWriter* writer = DrawOpenWriter();
  if (writer == nullptr) return;
  const bool is_dockerd_dead = random_.Chance(0.2);
  world_.Trace((is_dockerd_dead ? "drop " : "stop ") + writer->fifo.substr(writer->fifo.size() - 2));
  if (is_dockerd_dead) {
    world_.CloseWriter(*writer);
    world_.hardness().Count("writers_dropped");
  } else {
    world_.StopWriter(*writer);
  }
  if (random_.Chance(0.5)) world_.UnlinkClosed();
}

// `docker logs` of a container that has stopped: a stream without a byte.
void Actor::TemporaryLogger() {
  if (world_.containers().empty()) return;
  SimWriter& writer = world_.StartWriter(random_.Below(world_.containers().size()));
  if (random_.Chance(0.7)) world_.IntakeTurn(Nanos(0));
  if (random_.Chance(0.5)) Read();
  world_.StopWriter(writer);
  world_.hardness().Count("temporary_loggers");
}

void Actor::Check() {
  if (is_failing_) Relieve();  // Or the oracle's own reads would fail.
  world_.CheckAll(false);
  if (!world_.complaint().empty() || !random_.Chance(0.3)) return;
  if (is_full_ || random_.Chance(0.5)) return world_.CheckNotStuck();
  world_.CheckDurable();
}

}  // namespace tailrace
