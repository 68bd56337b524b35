#include "journal/cursor.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

Cursor CursorAt(uint64_t n) {
  Cursor cursor;
  cursor.sent_up_to = 10 * n;
  cursor.sources[0] = {n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6};
  cursor.sources[1] = {2 * n, 3 * n, 4 * n, 5 * n, 6 * n, 7 * n, 8 * n};
  return cursor;
}

bool SameBut(Cursor a, const Cursor& b) {
  a.generation = b.generation;
  return a == b;
}

class CursorFileTest : public testing::Test {
 protected:
  CursorFile Open() {
    Result<CursorFile> file = CursorFile::Open(disk_, "/cursor.es");
    CHECK(file.ok());
    return std::move(*file);
  }
  FakeClock clock_;
  MemDisk disk_{clock_};
};

TEST(Cursor, ComesBackAsItWasWritten) {
  Cursor cursor = CursorAt(0x0123456789abcdef);
  cursor.generation = 42;
  const std::string bytes = EncodeCursor(cursor);
  ASSERT_EQ(bytes.size(), kCursorCopyBytes);
  ASSERT_TRUE(DecodeCursor(bytes).has_value());
  EXPECT_EQ(*DecodeCursor(bytes), cursor);
}

TEST(Cursor, EveryTruncationAndEveryFlippedBitIsNoticed) {
  const std::string good = EncodeCursor(CursorAt(7));
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(DecodeCursor(good.substr(0, size))) << size;
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(DecodeCursor(bytes)) << bit;
  }
}

TEST(Cursor, ReadingBeginsAtTheSmallerFrontier) {
  Cursor cursor;
  cursor.sources[0].settled = 900;
  cursor.sources[1].settled = 100;
  EXPECT_EQ(cursor.frontier(), 100u);  // Else stderr's lines between 100 and 900 would be lost.
  cursor.sources[1].settled = 1000;
  EXPECT_EQ(cursor.frontier(), 900u);
}

TEST_F(CursorFileTest, MissingFileIsTheBeginning) {
  CursorFile file = Open();
  EXPECT_EQ(file.cursor(), Cursor{});
  EXPECT_FALSE(file.is_damaged());
}

TEST_F(CursorFileTest, BetweenSyncsTheSameCopyIsRewritten) {
  CursorFile file = Open();
  for (uint64_t n = 1; n <= 100; ++n) ASSERT_TRUE(file.Write(CursorAt(n)).ok());
  EXPECT_EQ(disk_.Contents("/cursor.es").size(), kCursorCopyBytes);
  ASSERT_TRUE(file.Sync().ok());
  const std::string first = disk_.Contents("/cursor.es");
  for (uint64_t n = 101; n <= 200; ++n) ASSERT_TRUE(file.Write(CursorAt(n)).ok());
  EXPECT_TRUE(disk_.Contents("/cursor.es").starts_with(first));
  EXPECT_EQ(Open().cursor().generation, 200u);
  EXPECT_TRUE(SameBut(CursorAt(200), Open().cursor()));
}

TEST_F(CursorFileTest, AfterARestartTheDurableCopyStaysUntilTheNextSync) {
  {
    CursorFile file = Open();
    ASSERT_TRUE(file.Write(CursorAt(1)).ok());
    ASSERT_TRUE(file.Sync().ok());
    ASSERT_TRUE(file.Write(CursorAt(2)).ok());
  }
  disk_.Crash();
  const std::string durable = disk_.Contents("/cursor.es").substr(0, kCursorCopyBytes);
  CursorFile file = Open();
  for (uint64_t n = 3; n < 10; ++n) ASSERT_TRUE(file.Write(CursorAt(n)).ok());
  EXPECT_TRUE(disk_.Contents("/cursor.es").starts_with(durable));
}

TEST_F(CursorFileTest, DamageToOneCopyLeavesTheOther) {
  CursorFile file = Open();
  ASSERT_TRUE(file.Write(CursorAt(1)).ok());
  ASSERT_TRUE(file.Sync().ok());
  ASSERT_TRUE(file.Write(CursorAt(2)).ok());
  const std::string good = disk_.Contents("/cursor.es");
  for (size_t at = 0; at < good.size(); ++at) {
    disk_.SetContents("/cursor.es", good);
    disk_.FlipBits("/cursor.es", at, 0x10);
    const CursorFile read = Open();
    const bool is_second = at >= kCursorCopyStride;
    EXPECT_FALSE(read.is_damaged());
    EXPECT_TRUE(SameBut(CursorAt(is_second ? 1 : 2), read.cursor())) << at;
  }
}

TEST_F(CursorFileTest, EveryTruncationGivesTheOtherCopyOrTellsDamage) {
  CursorFile file = Open();
  ASSERT_TRUE(file.Write(CursorAt(1)).ok());
  ASSERT_TRUE(file.Sync().ok());
  ASSERT_TRUE(file.Write(CursorAt(2)).ok());
  const std::string good = disk_.Contents("/cursor.es");
  for (size_t size = 0; size < good.size(); ++size) {
    disk_.SetContents("/cursor.es", good.substr(0, size));
    const CursorFile read = Open();
    EXPECT_EQ(read.is_damaged(), size > 0 && size < kCursorCopyBytes) << size;
    EXPECT_EQ(read.cursor().sent_up_to, size < kCursorCopyBytes ? 0u : 10u) << size;
  }
}

// Whatever the disk keeps, one copy is whole, and no older than the last sync.
TEST_F(CursorFileTest, PowerLossLeavesOneWholeCopy) {
  uint64_t older = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    FakeClock clock;
    MemDisk disk(clock);
    SeededRandom random(seed);
    uint64_t n = 0;
    uint64_t synced = 0;
    {
      Result<CursorFile> file = CursorFile::Open(disk, "/cursor.es");
      ASSERT_TRUE(file.ok());
      ASSERT_TRUE(disk.SyncDir("/").ok());
      for (uint64_t step = random.Between(2, 30); step > 0; --step) {
        if (random.Chance(0.3)) {
          ASSERT_TRUE(file->Sync().ok());
          synced = n;
        } else {
          ASSERT_TRUE(file->Write(CursorAt(++n)).ok());
        }
        if (random.Chance(0.1)) disk.Writeback(random);
      }
    }
    disk.PowerLoss(random);
    Result<CursorFile> read = CursorFile::Open(disk, "/cursor.es");
    ASSERT_TRUE(read.ok());
    const uint64_t kept = read->cursor().sent_up_to / 10;
    ASSERT_GE(kept, synced) << "seed " << seed;
    ASSERT_TRUE(kept == 0 || SameBut(CursorAt(kept), read->cursor()));
    if (kept < n) ++older;
  }
  EXPECT_GT(older, 50u);  // The power loss did take something.
}

TEST_F(CursorFileTest, FailedSyncDoesNotTurnToTheOtherCopy) {
  CursorFile file = Open();
  ASSERT_TRUE(file.Write(CursorAt(1)).ok());
  ASSERT_TRUE(file.Sync().ok());
  ASSERT_TRUE(file.Write(CursorAt(2)).ok());
  disk_.FailCall(1, StatusCode::kIo, {.kinds = {Call::kSync}});
  EXPECT_FALSE(file.Sync().ok());
  const std::string first = disk_.Contents("/cursor.es").substr(0, kCursorCopyBytes);
  ASSERT_TRUE(file.Write(CursorAt(3)).ok());
  EXPECT_TRUE(disk_.Contents("/cursor.es").starts_with(first));
}

}  // namespace
}  // namespace tailrace
