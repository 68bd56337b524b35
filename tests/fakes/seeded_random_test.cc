#include "tests/fakes/seeded_random.h"

#include <gtest/gtest.h>

#include <set>

namespace tailrace {
namespace {

TEST(SeededRandom, TheSameSeedGivesTheSameNumbers) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  uint64_t first = a.Next64();
  EXPECT_EQ(first, b.Next64());
  EXPECT_NE(first, c.Next64());
  EXPECT_NE(first, a.Next64());
}

TEST(SeededRandom, BelowReachesEveryNumberAndNoOther) {
  SeededRandom random(1);
  std::set<uint64_t> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.Below(7));
  EXPECT_EQ(drawn, (std::set<uint64_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(SeededRandom, BetweenIncludesBothEnds) {
  SeededRandom random(1);
  std::set<uint64_t> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.Between(5, 7));
  EXPECT_EQ(drawn, (std::set<uint64_t>{5, 6, 7}));
  random.Between(0, UINT64_MAX);
}

TEST(SeededRandom, ChanceIsAsOftenAsItSays) {
  SeededRandom random(1);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.Chance(0.25) ? 1 : 0;
  EXPECT_GT(hits, 2'300);
  EXPECT_LT(hits, 2'700);
  EXPECT_FALSE(random.Chance(0));
  EXPECT_TRUE(random.Chance(1));
}

}  // namespace
}  // namespace tailrace
