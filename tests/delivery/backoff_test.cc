#include "delivery/backoff.h"

#include <gtest/gtest.h>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

TEST(BackoffTest, RangeDoublesUpToItsMaximum) {
  SeededRandom random(1);
  Nanos ceiling = Backoff::kFirst;
  Backoff backoff;
  for (int i = 0; i < 30; ++i) {
    Nanos longest(0);
    for (int k = 0; k < 200; ++k) longest = std::max(longest, Backoff::Draw(random, i, {}));
    EXPECT_LE(longest, ceiling);
    EXPECT_GT(longest, ceiling * 9 / 10);
    ceiling = std::min(ceiling * 2, Backoff::kMax);
    EXPECT_LE(backoff.Fail(random, {}), Backoff::kMax);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Fail(random, {}), Backoff::kFirst);
}

TEST(BackoffTest, WhatTheServerAskedForIsTheFloor) {
  SeededRandom random(1);
  EXPECT_GE(Backoff::Draw(random, 0, {.floor = std::chrono::seconds(7)}), std::chrono::seconds(7));
  EXPECT_EQ(Backoff::Draw(random, 0, {.floor = std::chrono::hours(1'000'000)}), Backoff::kAskedMax);
  EXPECT_GE(Backoff::Draw(random, 0, {.floor = -std::chrono::seconds(7)}), Nanos(0));
}

}  // namespace
}  // namespace tailrace
