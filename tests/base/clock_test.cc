#include "base/clock.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Clock, MonotonicTimeNeverGoesBack) {
  SystemClock clock;
  MonoTime last = clock.Now();
  for (int i = 0; i < 1000; ++i) {
    MonoTime now = clock.Now();
    ASSERT_LE(last, now);
    last = now;
  }
}

TEST(Clock, WallTimeIsNanosecondsSince1970) {
  SystemClock clock;
  EXPECT_GT(clock.WallNow().ns, 1'700'000'000'000'000'000);  // Late in 2023.
}

TEST(Clock, TimesAddAndSubtract) {
  MonoTime time{1'000};
  EXPECT_EQ((time + Nanos(5)).ns, 1'005);
  EXPECT_EQ((time - Nanos(5)).ns, 995);
  EXPECT_EQ(time + Nanos(5) - time, Nanos(5));
  EXPECT_LT(time, kNever);
}

TEST(Rfc3339, HasNineDigitsAndIsUtc) {
  EXPECT_EQ(Rfc3339({0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(Rfc3339({1'767'323'045'000'000'123}), "2026-01-02T03:04:05.000000123Z");
  EXPECT_EQ(Rfc3339({951'782'399'999'999'999}), "2000-02-28T23:59:59.999999999Z");
  EXPECT_EQ(Rfc3339({951'782'400'000'000'000}), "2000-02-29T00:00:00.000000000Z");
}

TEST(Rfc3339, HoldsForEverySixtyFourBitTime) {
  EXPECT_EQ(Rfc3339({-1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Rfc3339({INT64_MIN}), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(Rfc3339({INT64_MAX}), "2262-04-11T23:47:16.854775807Z");
}

}  // namespace
}  // namespace tailrace
