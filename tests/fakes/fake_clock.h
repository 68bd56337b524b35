// FakeClock: a Clock that stands still until a test moves it. Owned by the test; any thread.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace tailrace {

class FakeClock final : public Clock {
 public:
  // 2026-01-02 03:04:05 UTC, a second after the monotonic clock's beginning.
  static constexpr WallTime kStart{1'767'323'045'000'000'000};

  MonoTime Now() override { return {mono_ns_.load()}; }
  WallTime WallNow() override { return {mono_ns_.load() + wall_offset_ns_.load()}; }

  // Lets time pass on both clocks.
  void Advance(Nanos duration);
  // Lets time pass until `time`; nothing when that is over.
  void AdvanceTo(MonoTime time);
  // Steps the wall clock alone, as an operator or NTP does.
  void SetWall(WallTime time);
  void JumpWall(Nanos by);

 private:
  std::atomic<int64_t> mono_ns_{1'000'000'000};
  std::atomic<int64_t> wall_offset_ns_{kStart.ns - 1'000'000'000};
};

}  // namespace tailrace
