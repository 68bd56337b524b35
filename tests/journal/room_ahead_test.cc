#include "journal/room_ahead.h"

#include <gtest/gtest.h>

#include "tests/journal/room_beyond_end.h"
#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

constexpr uint64_t kSegmentBytes = 8_MiB;

std::string BusyPart(uint64_t i) { return LineFrames(1000 * i, 1000, 180); }

// As a container that writes as fast as it may: the pipe is well filled when it is moved.
bool MoveBusyPart(StreamRig& rig, uint64_t i) {
  EXPECT_TRUE(rig.fifo->Resize(1_MiB).ok());
  rig.Write(BusyPart(i));
  EXPECT_GE(rig.disk.PipeBytes("/fifo"), StreamWriter::kBusyBytes);
  return rig.MoveAll();
}

FileInfo InfoOf(StreamRig& rig, uint64_t start = 0) { return *rig.disk.Stat(rig.Path(start)); }
uint64_t RoomBeyondEnd(StreamRig& rig, uint64_t start = 0) { return RoomBeyondEnd(InfoOf(rig, start)); }

TEST(RoomAhead, ABusySegmentHasSomeAndItsSizeSaysNothingOfIt) {
  StreamRig rig(kSegmentBytes);
  ASSERT_TRUE(MoveBusyPart(rig, 0));
  EXPECT_GT(RoomBeyondEnd(rig), 500_KiB);
  EXPECT_LE(RoomBeyondEnd(rig), RoomAhead::kStepBytes);
  EXPECT_EQ(InfoOf(rig).bytes, BusyPart(0).size());
  EXPECT_TRUE(SameBytes(rig.Read().bytes, BusyPart(0)));
}

TEST(RoomAhead, AQuietOneHasNone) {
  StreamRig rig(kSegmentBytes);
  rig.Write(LineFrames(0, 100, 180));
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
}

TEST(RoomAhead, IsGivenBackWhenTheStreamIsQuiet) {
  StreamRig rig(kSegmentBytes);
  ASSERT_TRUE(MoveBusyPart(rig, 0));
  ASSERT_GT(RoomBeyondEnd(rig), 0u);
  rig.writer->GiveBackRoom();
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
  ASSERT_TRUE(MoveBusyPart(rig, 1));
  EXPECT_GT(RoomBeyondEnd(rig), 0u);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, BusyPart(0) + BusyPart(1)));
}

TEST(RoomAhead, IsGivenBackByASegmentThatIsSealed) {
  StreamRig rig(kSegmentBytes);
  ASSERT_TRUE(MoveBusyPart(rig, 0));
  ASSERT_GT(RoomBeyondEnd(rig), 0u);
  rig.writer->RequestRoll();
  ASSERT_TRUE(MoveBusyPart(rig, 1));
  ASSERT_EQ(rig.stream->Segments().size(), 2u);
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
  EXPECT_GT(RoomBeyondEnd(rig, BusyPart(0).size()), 0u);
}

TEST(RoomAhead, ComesInStepsAndEndsWithTheSegment) {
  StreamRig rig(kSegmentBytes);
  uint64_t steps = 0, before = 0;
  for (uint64_t i = 0; rig.stream->Segments().size() < 2; ++i) {
    ASSERT_TRUE(MoveBusyPart(rig, i));
    if (rig.stream->Segments().size() == 2) break;
    if (InfoOf(rig).disk_bytes >= before + 900_KiB) ++steps;
    before = InfoOf(rig).disk_bytes;
  }
  EXPECT_GE(steps, 6u);
  EXPECT_LE(before, kSegmentBytes + 64_KiB);
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
}

// What a killed process has left is neither lost room for ever nor taken for lines.
TEST(RoomAhead, OfAKilledProcessIsGivenBackByTheNext) {
  StreamRig rig(kSegmentBytes);
  ASSERT_TRUE(MoveBusyPart(rig, 0));
  rig.Kill();
  ASSERT_GT(RoomBeyondEnd(rig), 0u);
  rig.Write(LineFrame(9000));
  ASSERT_TRUE(rig.MoveAll());
  rig.writer->GiveBackRoom();
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, BusyPart(0) + LineFrame(9000)));
}

TEST(RoomAhead, IsNoNeedWhereTheDiskRefusesAndIsAskedForOnceASegment) {
  StreamRig rig(kSegmentBytes);
  rig.disk.FailFrom(1, StatusCode::kUnsupported, {{Call::kReserve}});
  std::string written;
  for (uint64_t i = 0; i < 5; ++i) {
    written += BusyPart(i);
    ASSERT_TRUE(MoveBusyPart(rig, i));
  }
  EXPECT_EQ(rig.disk.refused(), 1u);
  EXPECT_EQ(RoomBeyondEnd(rig), 0u);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
}

// Room for the lines is left, but not for a step more.
TEST(RoomAhead, IsNoReasonToRefuseLinesOnADiskThatIsNearlyFull) {
  StreamRig rig(kSegmentBytes);
  rig.disk.SetCapacity(rig.disk.UsedBytes() + BusyPart(0).size() + 64_KiB);
  EXPECT_TRUE(MoveBusyPart(rig, 0));
  EXPECT_TRUE(SameBytes(rig.Read().bytes, BusyPart(0)));
}

}  // namespace
}  // namespace tailrace
