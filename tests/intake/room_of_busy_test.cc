// The room that a busy stream has on disk beyond its end, over the life of its FIFO.
#include <gtest/gtest.h>

#include "journal/room_ahead.h"
#include "tests/intake/intake_rig.h"
#include "tests/journal/room_beyond_end.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;

// Of all segments together.
uint64_t RoomBeyondEnds(IntakeRig& rig) {
  uint64_t room = 0;
  for (const std::string& path : rig.disk.AllPaths()) {
    if (path.ends_with(".log")) room += RoomBeyondEnd(*rig.disk.Stat(path));
  }
  return room;
}

StreamFacts FactsOf(IntakeRig& rig) {
  StreamFacts facts = rig.Facts("box", "a");
  facts.spool.max_size_bytes = 16_MiB;
  return facts;
}

// As fast as the pipe takes it, until there is room ahead.
void WriteUntilThereIsRoom(IntakeRig& rig) {
  for (uint64_t i = 0; i < 200 && RoomBeyondEnds(rig) == 0; ++i) {
    rig.Write("a", LineFrames(i * 2000, 2000, 150));
    rig.RunFor(milliseconds(1));
  }
  EXPECT_GT(RoomBeyondEnds(rig), 0u);
  EXPECT_LE(RoomBeyondEnds(rig), RoomAhead::kStepBytes);
}

TEST(RoomOfBusyStream, IsGivenBackWhenItIsQuiet) {
  IntakeRig rig;
  rig.Begin("a", FactsOf(rig));
  WriteUntilThereIsRoom(rig);
  rig.RunFor(milliseconds(500));
  EXPECT_EQ(rig.InPipe("a"), 0u);
  EXPECT_EQ(RoomBeyondEnds(rig), 0u);
}

TEST(RoomOfBusyStream, IsGivenBackAtItsEnd) {
  IntakeRig rig;
  rig.Begin("a", FactsOf(rig));
  WriteUntilThereIsRoom(rig);
  rig.Close("a");
  for (int i = 0; i < 1000 && !rig.IsOver("a"); ++i) rig.RunFor(milliseconds(1));
  ASSERT_TRUE(rig.IsOver("a"));
  EXPECT_EQ(RoomBeyondEnds(rig), 0u);
}

TEST(RoomOfBusyStream, IsGivenBackAfterAKillByWhoComesNext) {
  IntakeRig rig;
  rig.Begin("a", FactsOf(rig));
  WriteUntilThereIsRoom(rig);
  rig.KillAndRestart();
  EXPECT_GT(RoomBeyondEnds(rig), 0u);
  rig.RunFor(milliseconds(500));
  EXPECT_EQ(RoomBeyondEnds(rig), 0u);
}

}  // namespace
}  // namespace tailrace
