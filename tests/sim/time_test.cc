// Limits in virtual time: a wall clock that jumps sticks no timer, makes no burst, deletes nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.h"

namespace tailrace {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kYear = 365 * 86'400 * kSecond;
constexpr int64_t kJumps[] = {kSecond, -kSecond, 60 * kSecond, -60 * kSecond, 3600 * kSecond, -3600 * kSecond,
                              86'400 * kSecond, -86'400 * kSecond, kYear, -kYear};

class TimeTest : public ::testing::Test {
 protected:
  TimeTest() : world_({.seed = 5, .housekeeping = Settings()}, hardness_) {}

  static Housekeeper::Settings Settings() {
    Housekeeper::Settings settings;
    settings.own_fifo_directory = kFifoFolder;
    return settings;
  }

  SimWriter& StartRunning() {
    SimWriter& writer = world_.StartWriter(world_.AddContainer(SpoolSettings()));
    WriteSome(writer);
    world_.RunFor(std::chrono::seconds(12));
    return writer;
  }

  void WriteSome(SimWriter& writer) {
    world_.traffic().AddBytes(writer.written, world_.clock().WallNow(), 40'000);
    world_.Pump(writer);
  }

  uint64_t CallsOf(Nanos duration) {
    const uint64_t before = world_.disk().calls();
    world_.RunFor(duration);
    return world_.disk().calls() - before;
  }

  Hardness hardness_;
  World world_;
};

TEST_F(TimeTest, AJumpSticksNoTimer) {
  SimWriter& writer = StartRunning();
  for (int64_t jump : kJumps) {
    world_.clock().JumpWall(Nanos(jump));
    WriteSome(writer);
    world_.CheckNotStuck();
    world_.CheckDurable();
    world_.CheckLogs(0);
    ASSERT_EQ(world_.complaint(), "") << "jump by " << jump << " ns";
  }
  world_.Finish();
  EXPECT_EQ(world_.complaint(), "");
}

TEST_F(TimeTest, AJumpToTheEndsOfTimeSticksNoTimer) {
  SimWriter& writer = StartRunning();
  // 1970, 2038, and back.
  for (int64_t at : {int64_t{0}, int64_t{2'147'483'648} * kSecond, FakeClock::kStart.ns}) {
    world_.clock().SetWall({at});
    WriteSome(writer);
    world_.CheckNotStuck();
    world_.CheckDurable();
    world_.CheckLogs(0);
    ASSERT_EQ(world_.complaint(), "") << "at " << at;
  }
  world_.Finish();
  EXPECT_EQ(world_.complaint(), "");
}

TEST_F(TimeTest, AJumpMakesNoBurst) {
  StartRunning();
  const Nanos duration = std::chrono::seconds(130);  // All ticks are in it.
  const uint64_t quiet = CallsOf(duration);
  for (int64_t jump : kJumps) {
    world_.clock().JumpWall(Nanos(jump));
    EXPECT_LE(CallsOf(duration), quiet + quiet / 4) << "jump by " << jump << " ns";
  }
}

// A suspended machine: its monotonic clock goes on, too, for hours at once.
TEST_F(TimeTest, ALongSleepMakesNoBurst) {
  SimWriter& writer = StartRunning();
  const Nanos duration = std::chrono::seconds(130);
  const uint64_t quiet = CallsOf(duration);
  world_.clock().Advance(std::chrono::hours(30));
  EXPECT_LE(CallsOf(duration), quiet + quiet / 4);
  WriteSome(writer);
  world_.CheckNotStuck();
  world_.Finish();
  EXPECT_EQ(world_.complaint(), "");
}

TEST_F(TimeTest, AJumpDeletesNothing) {
  SimWriter& stopped = StartRunning();
  world_.StopWriter(stopped);
  world_.RunFor(std::chrono::seconds(2));
  SimWriter& running = world_.StartWriter(0);
  WriteSome(running);
  world_.RunFor(std::chrono::seconds(2));
  const std::vector<std::string> before = world_.disk().AllPaths();
  for (int64_t jump : kJumps) {
    world_.clock().JumpWall(Nanos(jump));
    world_.RunFor(std::chrono::seconds(130));
  }
  std::vector<std::string> after = world_.disk().AllPaths();
  // The FIFO of the one that has stopped is an orphan, and goes.
  for (const std::string& path : before) {
    if (path == stopped.fifo) continue;
    EXPECT_NE(std::find(after.begin(), after.end(), path), after.end()) << path << " is gone";
  }
  EXPECT_EQ(world_.disk().HoldCount(running.fifo), 1u);
}

}  // namespace
}  // namespace tailrace
