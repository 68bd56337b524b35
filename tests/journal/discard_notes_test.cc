#include "journal/discard_notes.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"

namespace tailrace {
namespace {

DiscardNote SomeNote(uint64_t stream = 7) {
  DiscardNote note;
  note.stream.value = stream;
  note.settled.end = note.settled.whole_end = 1000;
  note.settled.counts.ends = {3, 4};
  note.settled.time_max = -9;
  note.settled.is_open = {true, false};
  note.rest = 0;
  note.open_bytes = 200;
  note.open_after.end = note.open_after.whole_end = 1200;
  note.open_after.counts.ends = {5, 4};
  note.open_after.is_open = {false, true};
  note.open_rest = 77;
  note.open_head = std::string(DiscardNote::kHeadBytes, 'h');
  note.fifo = std::string(DiscardNote::kFifoBytes, 'f');
  return note;
}

bool Same(const DiscardNote& a, const DiscardNote& b) { return EncodeDiscardNote(a) == EncodeDiscardNote(b); }

class DiscardNotesTest : public testing::Test {
 protected:
  std::unique_ptr<DiscardNotes> Open() {
    auto notes = std::make_unique<DiscardNotes>(disk_);
    CHECK(notes->Open("/discards").ok());
    return notes;
  }
  FakeClock clock_;
  MemDisk disk_{clock_};
};

TEST(DiscardNote, ComesBackAsItWasWritten) {
  const DiscardNote note = SomeNote();
  const std::string bytes = EncodeDiscardNote(note);
  ASSERT_EQ(bytes.size(), kDiscardNoteBytes);
  const std::optional<DiscardNote> read = DecodeDiscardNote(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(Same(*read, note));
  EXPECT_EQ(read->settled.counts, note.settled.counts);
  EXPECT_EQ(read->settled.whole_end, 1000u);
  EXPECT_EQ(read->open_after.is_open, note.open_after.is_open);
  EXPECT_EQ(read->open_rest, 77u);
  EXPECT_EQ(read->open_head, note.open_head);
  EXPECT_EQ(read->fifo, note.fifo);
}

TEST_F(DiscardNotesTest, LaterNotesKeepTheNameOfTheFifo) {
  std::unique_ptr<DiscardNotes> notes = Open();
  ASSERT_TRUE(notes->Write(SomeNote(7)).ok());
  DiscardNote later = SomeNote(7);
  later.fifo.clear();
  ASSERT_TRUE(notes->Write(later).ok());
  DiscardNote nameless = later;
  nameless.stream.value = 8;
  ASSERT_TRUE(notes->Write(nameless).ok());
  notes = Open();
  const std::vector<DiscardNote> named = notes->WithFifo();
  ASSERT_EQ(named.size(), 1u);
  EXPECT_TRUE(Same(named[0], SomeNote(7)));
}

TEST(DiscardNote, EveryTruncationAndEveryFlippedBitIsNoticed) {
  const std::string good = EncodeDiscardNote(SomeNote());
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(DecodeDiscardNote(good.substr(0, size)));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(DecodeDiscardNote(bytes)) << bit;
  }
}

TEST(DiscardNote, NumbersThatContradictEachOtherAreNoNote) {
  DiscardNote far = SomeNote();
  far.settled.end = UINT64_MAX - 10;
  DiscardNote headless = SomeNote();
  headless.open_head.clear();
  DiscardNote elsewhere = SomeNote();
  elsewhere.open_after.end = 5;
  for (const DiscardNote& note : {far, headless, elsewhere}) EXPECT_FALSE(DecodeDiscardNote(EncodeDiscardNote(note)));
}

TEST_F(DiscardNotesTest, FileIsPreallocatedSoThatAFullDiskTakesNotes) {
  auto notes = Open();
  EXPECT_EQ(disk_.Contents("/discards").size(), DiscardNotes::kSlots * kDiscardNoteBytes);
  disk_.SetCapacity(disk_.UsedBytes());
  for (uint64_t stream = 1; stream <= DiscardNotes::kSlots; ++stream) {
    ASSERT_TRUE(notes->Write(SomeNote(stream)).ok());
  }
  EXPECT_EQ(notes->Write(SomeNote(5000)).code(), StatusCode::kBusy);
  notes->Clear(StreamId{17});
  EXPECT_TRUE(notes->Write(SomeNote(5000)).ok());
}

TEST_F(DiscardNotesTest, NotesAreFoundByTheNextProcess) {
  ASSERT_TRUE(Open()->Write(SomeNote(1)).ok());
  {
    auto notes = Open();
    ASSERT_TRUE(notes->Write(SomeNote(2)).ok());
    DiscardNote again = SomeNote(1);
    again.rest = 5;
    ASSERT_TRUE(notes->Write(again).ok());
  }
  disk_.Crash();
  auto notes = Open();
  ASSERT_TRUE(notes->Find(StreamId{1}).has_value());
  EXPECT_EQ(notes->Find(StreamId{1})->rest, 5u);
  EXPECT_TRUE(notes->Find(StreamId{2}).has_value());
  EXPECT_FALSE(notes->Find(StreamId{3}).has_value());
  EXPECT_EQ(notes->Streams().size(), 2u);
  notes->Clear(StreamId{1});
  EXPECT_FALSE(Open()->Find(StreamId{1}).has_value());
}

TEST_F(DiscardNotesTest, DamageToOneSlotLeavesTheOthers) {
  auto notes = Open();
  for (uint64_t stream = 1; stream <= 3; ++stream) ASSERT_TRUE(notes->Write(SomeNote(stream)).ok());
  disk_.FlipBits("/discards", kDiscardNoteBytes + 30, 1);
  auto read = Open();
  EXPECT_TRUE(read->Find(StreamId{1}).has_value());
  EXPECT_FALSE(read->Find(StreamId{2}).has_value());
  EXPECT_TRUE(read->Find(StreamId{3}).has_value());
}

TEST_F(DiscardNotesTest, EveryTruncationKeepsTheWholeSlots) {
  auto notes = Open();
  for (uint64_t stream = 1; stream <= 3; ++stream) ASSERT_TRUE(notes->Write(SomeNote(stream)).ok());
  const std::string good = disk_.Contents("/discards");
  for (size_t size = 0; size <= 4 * kDiscardNoteBytes; size += 17) {
    disk_.SetContents("/discards", good.substr(0, size));
    EXPECT_EQ(Open()->Streams().size(), std::min<size_t>(3, size / kDiscardNoteBytes)) << size;
    EXPECT_EQ(disk_.Contents("/discards").size(), good.size());
  }
}

TEST_F(DiscardNotesTest, WithoutItsFileNotesAreRefusedAndNothingElse) {
  DiscardNotes notes(disk_);
  disk_.MakeDirs("/discards");
  EXPECT_FALSE(notes.Open("/discards").ok());
  EXPECT_EQ(notes.Write(SomeNote()).code(), StatusCode::kIo);
  EXPECT_FALSE(notes.Find(StreamId{7}).has_value());
  notes.Clear(StreamId{7});
  EXPECT_TRUE(notes.Streams().empty());
}

TEST_F(DiscardNotesTest, ClearedSlotIsZeroedBeforeAnotherStreamGetsIt) {
  auto notes = Open();
  ASSERT_TRUE(notes->Write(SomeNote(1)).ok());
  disk_.DieAtCall(1, DeathMode::kBefore);
  EXPECT_THROW(notes->Clear(StreamId{1}), SimulatedDeath);
  disk_.Crash();
  EXPECT_TRUE(notes->Find(StreamId{1}).has_value());
}

}  // namespace
}  // namespace tailrace
