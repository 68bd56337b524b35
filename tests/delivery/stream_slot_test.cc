#include "delivery/stream_slot.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

class StreamSlotTest : public testing::Test {
 protected:
  Record Next(StreamSlot& slot) {
    Record record;
    EXPECT_EQ(slot.reader().Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
    return record;
  }
  DeliveryRig rig_;
};

TEST_F(StreamSlotTest, CursorSurvivesARestartWithItsTotals) {
  StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  const uint64_t end = rig_.WriteLine(*stream, "b");
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  EXPECT_FALSE(slot->IsCursorBehind());
  EXPECT_EQ(slot->Settle(Next(*slot).place, Settlement::kDelivered), 1u);
  EXPECT_EQ(slot->Settle(Next(*slot).place, Settlement::kDead), 1u);
  slot->NoteSent(end);
  EXPECT_TRUE(slot->IsCursorBehind());
  EXPECT_TRUE(slot->WriteCursor().ok());
  EXPECT_FALSE(slot->IsCursorBehind());
  slot = rig_.NewSlot(*stream);
  EXPECT_EQ(slot->sent_up_to(), end);
  EXPECT_EQ(slot->SetOf(Source::kStdout).cursor().delivered, 1u);
  EXPECT_EQ(slot->SetOf(Source::kStdout).cursor().dead, 1u);
  EXPECT_EQ(slot->LinesTaken(), 2u);
}

TEST_F(StreamSlotTest, ACursorThatCouldNotBeWrittenIsStillBehind) {
  StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  slot->Settle(Next(*slot).place, Settlement::kDelivered);
  rig_.disk.FailCall(1, StatusCode::kIo, {.kinds = {Call::kWriteAt}, .path_part = "/cursor."});
  EXPECT_FALSE(slot->WriteCursor().ok());
  EXPECT_TRUE(slot->IsCursorBehind());
  EXPECT_TRUE(slot->WriteCursor().ok());
  EXPECT_FALSE(slot->IsCursorBehind());
}

TEST_F(StreamSlotTest, ASilentSourceDoesNotHoldTheFrontier) {
  StreamLease stream = rig_.NewStream();
  const uint64_t end = rig_.WriteLine(*stream, "a");
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  slot->Settle(Next(*slot).place, Settlement::kDelivered);
  EXPECT_EQ(slot->frontier(), 0u);
  slot->SettleIdle();
  EXPECT_EQ(slot->frontier(), end);
  EXPECT_EQ(slot->LinesSettled(), 1u);
}

TEST_F(StreamSlotTest, ASourceWithSomethingUnderWayDoes) {
  StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  rig_.WriteLine(*stream, "b", "stderr");
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  const Record a = Next(*slot);
  const Record b = Next(*slot);
  slot->Settle(b.place, Settlement::kDelivered);
  slot->SettleIdle();
  EXPECT_EQ(slot->frontier(), 0u);
  slot->Rewind();
  EXPECT_FALSE(slot->IsSettled(a.place));
  EXPECT_EQ(Next(*slot).text, "a");
}

TEST_F(StreamSlotTest, AMarkerSettlesBothSourcesWhateverBecameOfIt) {
  StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  for (int i = 0; i < 200; ++i) rig_.WriteLine(*stream, std::string(900, 'x'), i % 2 == 0 ? "stdout" : "stderr");
  rig_.Drop(*stream, stream->Segments()[1].start);
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  const Record marker = Next(*slot);
  ASSERT_EQ(marker.place.kind, RecordKind::kMarker);
  EXPECT_EQ(slot->LinesLost(marker), marker.place.lost_lines);
  slot->NoteMarker(marker);
  EXPECT_EQ(slot->Settle(marker.place, Settlement::kDelivered), marker.place.lost_lines);
  EXPECT_TRUE(slot->IsSettled(marker.place));
  EXPECT_EQ(slot->frontier(), marker.place.first);
  uint64_t dropped = 0;
  for (const Source source : {Source::kStdout, Source::kStderr}) dropped += slot->SetOf(source).cursor().dropped;
  EXPECT_EQ(dropped, marker.place.lost_lines);
}

TEST_F(StreamSlotTest, WithTooManyHolesOnlyTheyAreFilled) {
  StreamLease stream = rig_.NewStream();
  std::string lines;
  const size_t count = 2 * SettledSet::kIntervalsMax + 2;
  for (size_t i = 0; i < count; ++i) lines += Frame("stdout", ++rig_.time_nano, "x");
  rig_.Write(*stream, lines);
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  for (size_t i = 0; i < count; ++i) {
    const Record record = Next(*slot);
    if (i % 2 == 1 && i + 1 < count) slot->Settle(record.place, Settlement::kDelivered);
  }
  EXPECT_TRUE(slot->SetOf(Source::kStdout).is_full());
  EXPECT_FALSE(slot->MayFeed());
  slot->Rewind();
  EXPECT_TRUE(slot->MayFeed());
  const Record hole = Next(*slot);
  slot->in_batches = 1;
  EXPECT_FALSE(slot->MayFeed());  // Its answer comes first.
  slot->in_batches = 0;
  slot->Settle(hole.place, Settlement::kDelivered);
  EXPECT_FALSE(slot->SetOf(Source::kStdout).is_full());
}

TEST_F(StreamSlotTest, IsFinishedWhenAnEndedStreamIsSettled) {
  StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  std::unique_ptr<StreamSlot> slot = rig_.NewSlot(*stream);
  EXPECT_GT(slot->UnreadBytes(), 0u);
  const Record a = Next(*slot);
  EXPECT_EQ(slot->UnreadBytes(), 0u);
  rig_.End(*stream);
  EXPECT_EQ(slot->UnreadBytes(), 1u);
  Record record;
  EXPECT_EQ(slot->reader().Next(rig_.buffer, record), RecordReader::Outcome::kEnd);
  EXPECT_EQ(slot->UnreadBytes(), 0u);
  EXPECT_FALSE(slot->IsFinished());
  slot->Settle(a.place, Settlement::kDelivered);
  slot->SettleIdle();
  EXPECT_TRUE(slot->IsFinished());
}

}  // namespace
}  // namespace tailrace
