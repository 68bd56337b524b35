#include "tests/fakes/fake_clock.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(FakeClock, StandsStillUntilMoved) {
  FakeClock clock;
  EXPECT_EQ(clock.Now(), clock.Now());
  EXPECT_EQ(clock.WallNow(), FakeClock::kStart);
}

TEST(FakeClock, AdvanceMovesBothClocks) {
  FakeClock clock;
  MonoTime before = clock.Now();
  clock.Advance(std::chrono::seconds(3));
  EXPECT_EQ(clock.Now() - before, std::chrono::seconds(3));
  EXPECT_EQ(clock.WallNow().ns, FakeClock::kStart.ns + 3'000'000'000);
}

TEST(FakeClock, AdvanceToNeverGoesBack) {
  FakeClock clock;
  MonoTime later = clock.Now() + Nanos(5);
  clock.AdvanceTo(later);
  EXPECT_EQ(clock.Now(), later);
  clock.AdvanceTo(later - Nanos(3));
  EXPECT_EQ(clock.Now(), later);
}

TEST(FakeClock, TheWallClockStepsAlone) {
  FakeClock clock;
  MonoTime before = clock.Now();
  clock.JumpWall(std::chrono::hours(-1));
  EXPECT_EQ(clock.WallNow().ns, FakeClock::kStart.ns - 3'600'000'000'000);
  clock.SetWall({42});
  EXPECT_EQ(clock.WallNow().ns, 42);
  EXPECT_EQ(clock.Now(), before);
}

}  // namespace
}  // namespace tailrace
