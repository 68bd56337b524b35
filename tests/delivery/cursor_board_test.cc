#include "delivery/cursor_board.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

TEST(CursorBoardTest, TheSlowestSlotDecides) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream({"es", "http"});
  rig.WriteLine(*stream, "a");
  CursorBoard board(rig.disk);
  EXPECT_EQ(board.SettledOf(*stream), 0u);
  board.NoteWritten({stream->id(), "es"}, 17, "");
  EXPECT_EQ(board.SettledOf(*stream), 0u);
  board.NoteWritten({stream->id(), "http"}, 11, "");
  EXPECT_EQ(board.SettledOf(*stream), 11u);
  board.KeepOnly({});
  EXPECT_EQ(board.SettledOf(*stream), 0u);
}

TEST(CursorBoardTest, WithoutSlotsOrWhenAllIsSettledNobodyWaits) {
  DeliveryRig rig;
  CursorBoard board(rig.disk);
  const StreamLease without = rig.NewStream({});
  EXPECT_EQ(board.SettledOf(*without), UINT64_MAX);
  const StreamLease stream = rig.NewStream();
  const uint64_t end = rig.WriteLine(*stream, "a");
  board.NoteWritten({stream->id(), "es"}, end, "");
  EXPECT_EQ(board.SettledOf(*stream), end);
  rig.End(*stream);
  EXPECT_EQ(board.SettledOf(*stream), UINT64_MAX);
}

TEST(CursorBoardTest, AStreamThatIsNotDeliveredNowIsJudgedByItsFile) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream();
  const uint64_t end = rig.WriteLine(*stream, "a");
  const std::unique_ptr<StreamSlot> slot = rig.NewSlot(*stream);
  for (const Source source : {Source::kStdout, Source::kStderr}) {
    slot->Settle(Tile{source, 0, end, 0, 0}, Settlement::kDelivered);
  }
  ASSERT_TRUE(slot->WriteCursor().ok());
  CursorBoard board(rig.disk);
  EXPECT_EQ(board.SettledOf(*stream), end);
}

TEST(CursorBoardTest, SyncsWhatWasWrittenAndSaysSo) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream();
  const std::unique_ptr<StreamSlot> slot = rig.NewSlot(*stream);
  ASSERT_TRUE(slot->WriteCursor().ok());
  CursorBoard board(rig.disk);
  const CursorBoard::Key key{stream->id(), "es"};
  board.NoteWritten(key, 0, slot->CursorPath());
  EXPECT_TRUE(board.TakeSynced().empty());
  board.SyncCursors();
  EXPECT_EQ(board.TakeSynced(), std::vector<CursorBoard::Key>{key});
  EXPECT_TRUE(board.TakeSynced().empty());
  board.NoteWritten(key, 0, slot->CursorPath());
  rig.disk.FailCall(1, StatusCode::kIo, {.kinds = {Call::kSync}});
  board.SyncCursors();
  EXPECT_EQ(board.sync_errors(), 1u);
  EXPECT_TRUE(board.TakeSynced().empty());
}

}  // namespace
}  // namespace tailrace
