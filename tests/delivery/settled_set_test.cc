#include "delivery/settled_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

Tile Line(uint64_t begin, uint64_t end, uint64_t lines_before) {
  return {Source::kStdout, begin, end, lines_before, lines_before + 1};
}

TEST(SettledSetTest, FrontierMovesOnlyWithoutAHole) {
  SettledSet set;
  EXPECT_EQ(set.Settle(Line(10, 20, 1), Settlement::kDelivered), 1u);
  EXPECT_EQ(set.frontier(), 0u);
  EXPECT_EQ(set.cursor().lines, 0u);
  EXPECT_EQ(set.lines(), 1u);
  EXPECT_TRUE(set.Contains(10));
  EXPECT_FALSE(set.Contains(0));
  EXPECT_EQ(set.Settle(Line(0, 10, 0), Settlement::kDead), 1u);
  EXPECT_EQ(set.frontier(), 20u);
  EXPECT_EQ(set.cursor().lines, 2u);
  EXPECT_EQ(set.cursor().delivered, 1u);
  EXPECT_EQ(set.cursor().dead, 1u);
}

TEST(SettledSetTest, TheFirstOutcomeCounts) {
  SettledSet set;
  EXPECT_EQ(set.Settle(Line(10, 20, 1), Settlement::kDelivered), 1u);
  EXPECT_EQ(set.Settle(Line(10, 20, 1), Settlement::kDead), 0u);
  EXPECT_EQ(set.Settle(Line(0, 10, 0), Settlement::kDelivered), 1u);
  EXPECT_EQ(set.Settle(Line(0, 10, 0), Settlement::kDead), 0u);
  EXPECT_EQ(set.cursor().dead, 0u);
}

TEST(SettledSetTest, AGapTakesOnlyWhatNobodyDelivered) {
  SettledSet set;
  set.Settle(Line(20, 30, 2), Settlement::kDelivered);
  set.Settle(Line(50, 60, 5), Settlement::kDuplicate);
  const Tile gap{Source::kStdout, 0, 100, 0, 10};
  EXPECT_EQ(set.UncoveredLines(gap), 8u);
  EXPECT_EQ(set.Settle(gap, Settlement::kDropped), 8u);
  EXPECT_EQ(set.frontier(), 100u);
  EXPECT_EQ(set.cursor().lines, 10u);
  EXPECT_EQ(set.cursor().dropped, 8u);
  EXPECT_EQ(set.cursor().delivered, 2u);
  EXPECT_EQ(set.cursor().duplicate, 1u);
}

TEST(SettledSetTest, ATileWithoutWidthCorrectsTheCount) {
  SettledSet set;
  set.Settle(Line(0, 10, 0), Settlement::kDelivered);
  EXPECT_EQ(set.Settle({Source::kStdout, 10, 10, 1, 4}, Settlement::kCorrupt), 3u);
  EXPECT_EQ(set.cursor().lines, 4u);
  EXPECT_EQ(set.cursor().corrupt, 3u);
  EXPECT_EQ(set.frontier(), 10u);
}

TEST(SettledSetTest, BeginsWhereTheCursorStands) {
  SettledSet set(SourceCursor{.settled = 100, .lines = 7, .delivered = 7});
  EXPECT_TRUE(set.Contains(99));
  EXPECT_FALSE(set.Contains(100));
  EXPECT_EQ(set.lines(), 7u);
  set.Settle(Line(100, 120, 7), Settlement::kDelivered);
  EXPECT_EQ(set.cursor().settled, 120u);
  EXPECT_EQ(set.cursor().delivered, 8u);
}

TEST(SettledSetTest, IsFullBeyondItsIntervals) {
  SettledSet set;
  for (uint64_t i = 1; i <= SettledSet::kIntervalsMax; ++i) {
    EXPECT_FALSE(set.is_full());
    set.Settle(Line(20 * i, 20 * i + 10, 2 * i), Settlement::kDelivered);
    EXPECT_EQ(set.top(), 20 * i + 10);
  }
  EXPECT_TRUE(set.is_full());
}

// Against a reference that remembers the fate of every byte: tiles settle in any order, some twice, some under gaps.
TEST(SettledSetTest, AgreesWithAReference) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    std::vector<Tile> tiles;
    for (uint64_t at = 0, lines = 0; tiles.size() < 40;) {
      const uint64_t end = at + random.Between(1, 9);
      const uint64_t after = lines + random.Below(2);
      tiles.push_back({Source::kStdout, at, end, lines, after});
      at = end;
      lines = after;
    }
    SettledSet set;
    std::vector<bool> settled(tiles.size());
    uint64_t counted = 0;
    for (int step = 0; step < 120; ++step) {
      const size_t from = random.Below(tiles.size());
      const size_t to = random.Chance(0.2) ? std::min(tiles.size() - 1, from + random.Below(6)) : from;
      Tile tile = tiles[from];
      tile.end = tiles[to].end;
      tile.lines_after = tiles[to].lines_after;
      uint64_t expected = 0;
      for (size_t i = from; i <= to; ++i) {
        if (!settled[i]) expected += tiles[i].lines();
      }
      ASSERT_EQ(set.UncoveredLines(tile), expected) << seed;
      ASSERT_EQ(set.Settle(tile, from == to ? Settlement::kDelivered : Settlement::kDropped), expected) << seed;
      counted += expected;
      for (size_t i = from; i <= to; ++i) settled[i] = true;
      const size_t hole = static_cast<size_t>(std::find(settled.begin(), settled.end(), false) - settled.begin());
      ASSERT_EQ(set.frontier(), hole == 0 ? 0 : tiles[hole - 1].end) << seed;
      ASSERT_EQ(set.lines(), counted);
      ASSERT_EQ(set.cursor().lines, hole == 0 ? 0 : tiles[hole - 1].lines_after);
      ASSERT_EQ(set.cursor().lines, set.cursor().delivered + set.cursor().dropped);
      for (size_t i = 0; i < tiles.size(); ++i) ASSERT_EQ(set.Contains(tiles[i].begin), settled[i]);
    }
  }
}

}  // namespace
}  // namespace tailrace
