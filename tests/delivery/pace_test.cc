#include "delivery/pace.h"

#include <gtest/gtest.h>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

constexpr MonoTime At(int64_t seconds) { return {seconds * 1'000'000'000}; }

TEST(PaceTest, ConcurrencyRisesWhileItIsUsedAndFallsByAFactor) {
  SeededRandom random(1);
  Pace pace(random);
  EXPECT_EQ(pace.limit(), 2u);
  for (int i = 0; i < 100; ++i) pace.OnDelivered({At(1), 1000, 1});
  EXPECT_EQ(pace.limit(), 2u);
  for (int i = 0; i < 100; ++i) pace.OnDelivered({At(1), 1000, pace.limit()});
  EXPECT_EQ(pace.limit(), ConcurrencyLimit::kMax);
  EXPECT_FALSE(pace.MayStart(At(1), 8));
  pace.OnSlow(At(2), {At(1), 1000, 8}, {}, true);
  EXPECT_EQ(pace.concurrency(), 5u);
  EXPECT_EQ(pace.limit(), 1u);  // A probe.
  EXPECT_EQ(pace.limits().bytes, Pace::kProbeBytes);
}

TEST(PaceTest, OnlyAnAnswerToWhatBeganAfterwardsEndsTheTrouble) {
  SeededRandom random(1);
  Pace pace(random);
  pace.OnSlow(At(10), {At(9), 1000, 2}, {}, false);
  EXPECT_FALSE(pace.MayStart(At(10), 0));
  pace.OnDelivered({At(9), 1000, 1});
  EXPECT_TRUE(pace.is_probing());
  pace.OnDelivered({At(15), 1000, 1});
  EXPECT_FALSE(pace.is_probing());
}

TEST(PaceTest, AtMostOneAttemptASecondAndSoonBackAfterOverload) {
  SeededRandom random(3);
  Pace pace(random);
  MonoTime now = At(0);
  int attempts = 0;
  while (now < At(60)) {
    pace.OnSlow(now, {now, 500'000, 1}, {}, true);
    ++attempts;
    EXPECT_GE(pace.blocked_until() - now, std::chrono::seconds(1));
    EXPECT_LE(pace.blocked_until() - now, std::chrono::seconds(4));
    now = pace.blocked_until();
  }
  EXPECT_LE(attempts, 60);
}

TEST(PaceTest, RetryAfterIsAFloor) {
  SeededRandom random(1);
  Pace pace(random);
  pace.OnSlow(At(0), {At(0), 1000, 1}, std::chrono::seconds(20), true);
  EXPECT_EQ(pace.blocked_until(), At(20));
}

TEST(PaceTest, HoldsAndTriesAgainAfterHalfAMinute) {
  SeededRandom random(1);
  Pace pace(random);
  pace.OnHold(At(5));
  EXPECT_TRUE(pace.is_held());
  EXPECT_FALSE(pace.MayStart(At(34), 0));
  EXPECT_TRUE(pace.MayStart(At(35), 0));
  pace.EndHold(At(6));
  EXPECT_TRUE(pace.MayStart(At(6), 0));
  pace.OnDelivered({At(6), 10, 1});
  EXPECT_FALSE(pace.is_held());
}

TEST(PaceTest, AnswersThatNobodyUnderstandBecomeAHold) {
  SeededRandom random(1);
  Pace pace(random);
  for (int i = 0; i < Pace::kUnknownMax; ++i) {
    EXPECT_FALSE(pace.is_held());
    pace.OnUnknown(At(i), {At(i), 1000, 1});
  }
  EXPECT_TRUE(pace.is_held());
}

TEST(PaceTest, SizeFollowsRefusalsAndRecovers) {
  SeededRandom random(1);
  Pace pace(random);
  int splits = 0;
  while (pace.limits().bytes > 1000) {
    pace.OnTooLarge(pace.limits().bytes);
    ++splits;
    EXPECT_EQ(pace.limit(), 1u);
  }
  EXPECT_LE(splits, 12);
  const size_t learned = pace.limits().bytes;
  pace.OnDelivered({At(1), learned, 1});
  EXPECT_EQ(pace.limit(), 2u);
  for (int i = 0; i < 1000; ++i) pace.OnDelivered({At(1), pace.limits().bytes, 1});
  EXPECT_LT(pace.limits().bytes, 2048u);  // So much was too large.
  for (int i = 0; i < 6000; ++i) pace.OnDelivered({At(1), pace.limits().bytes, 1});
  EXPECT_EQ(pace.limits().bytes, BatchLimits::kBytesMax);
}

TEST(PaceTest, LargeRequestsThatAreRefusedThriceAreTooLarge) {
  SeededRandom random(1);
  Pace pace(random);
  while (pace.concurrency() > 1) pace.OnSlow(At(0), {At(0), 1_MiB, 1}, {}, false);
  for (int i = 1; i <= 3; ++i) {
    pace.OnSlow(At(100 * i), {At(100 * i), 1_MiB, 1}, {}, true);
    pace.OnDelivered({At(100 * i + 50), Pace::kProbeBytes, 1});  // A probe passes, and says nothing of size.
  }
  EXPECT_EQ(pace.limits().bytes, 512_KiB);
}

}  // namespace
}  // namespace tailrace
