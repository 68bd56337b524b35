#include "tests/fakes/fake_clock.h"

#include "base/check.h"

namespace tailrace {

void FakeClock::Advance(Nanos duration) {
  CHECK_GE(duration.count(), 0);
  mono_ns_ += duration.count();
}

void FakeClock::AdvanceTo(MonoTime time) {
  int64_t now = mono_ns_.load();
  while (now < time.ns && !mono_ns_.compare_exchange_weak(now, time.ns)) {
  }
}

void FakeClock::SetWall(WallTime time) { wall_offset_ns_ = time.ns - mono_ns_.load(); }

void FakeClock::JumpWall(Nanos by) { wall_offset_ns_ += by.count(); }

}  // namespace tailrace
