#include "base/rfc3339.h"

#include <gtest/gtest.h>

#include <string>

namespace tailrace {
namespace {

int64_t Nanos64(std::string_view text) {
  std::optional<Instant> instant = ParseRfc3339(text);
  EXPECT_TRUE(instant.has_value()) << text;
  return instant ? ClampedNanos(*instant) : -1;
}

TEST(Rfc3339, ReadsUtc) {
  EXPECT_EQ(Nanos64("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Nanos64("2026-01-02T03:04:05Z"), 1767323045'000000000);
  EXPECT_EQ(Nanos64("2000-02-29T23:59:59Z"), 951868799'000000000);
  EXPECT_EQ(Nanos64("1969-12-31T23:59:59.5Z"), -500000000);
}

TEST(Rfc3339, ReadsFractionsOfAnyLength) {
  EXPECT_EQ(Nanos64("1970-01-01T00:00:01.1Z"), 1'100000000);
  EXPECT_EQ(Nanos64("1970-01-01T00:00:01.12345678Z"), 1'123456780);
  EXPECT_EQ(Nanos64("1970-01-01T00:00:01.123456789Z"), 1'123456789);
  EXPECT_FALSE(ParseRfc3339("1970-01-01T00:00:01.1234567890Z"));
  EXPECT_FALSE(ParseRfc3339("1970-01-01T00:00:01.Z"));
}

// Trap 30: times carry the daemon's own offset.
TEST(Rfc3339, ReadsOffsets) {
  EXPECT_EQ(Nanos64("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(Nanos64("1969-12-31T18:30:00-05:30"), 0);
  EXPECT_EQ(Nanos64("2026-07-01T00:00:00.5+02:00"), Nanos64("2026-06-30T22:00:00.5Z"));
}

// Trap 30: Go's zero time is the year 1, and means that there is no bound.
TEST(Rfc3339, GosZeroTimeIsRecognised) {
  EXPECT_TRUE(ParseRfc3339("0001-01-01T00:00:00Z")->is_zero());
  EXPECT_FALSE(ParseRfc3339("0001-01-01T00:00:00.000000001Z")->is_zero());
  EXPECT_FALSE(ParseRfc3339("1970-01-01T00:00:00Z")->is_zero());
}

TEST(Rfc3339, TimesBeyondNanosecondsAreClamped) {
  EXPECT_EQ(Nanos64("1677-09-21T00:12:43.145224192Z"), INT64_MIN + 0);
  EXPECT_EQ(Nanos64("1677-09-21T00:12:43Z"), INT64_MIN);
  EXPECT_EQ(Nanos64("0001-01-01T00:00:00Z"), INT64_MIN);
  EXPECT_EQ(Nanos64("2262-04-11T23:47:16.854775807Z"), INT64_MAX);
  EXPECT_EQ(Nanos64("2262-04-11T23:47:16.854775808Z"), INT64_MAX);
  EXPECT_EQ(Nanos64("9999-12-31T23:59:59.999999999-23:59"), INT64_MAX);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-01-02", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z",
        "2026-02-29T03:04:05Z", "2026-01-00T03:04:05Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05Z ", " 2026-01-02T03:04:05Z", "-026-01-02T03:04:05Z", "2026-01-02T03:04:05+24:00"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

TEST(Rfc3339, NoCutOfATimeIsATime) {
  const std::string whole = "2026-01-02T03:04:05.123456789+01:00";
  ASSERT_TRUE(ParseRfc3339(whole));
  for (size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(ParseRfc3339(whole.substr(0, cut))) << cut;
}

TEST(Rfc3339, EveryDayOfFourCenturiesFollowsTheOneBefore) {
  int64_t before = ClampedNanos(*ParseRfc3339("1999-12-31T00:00:00Z"));
  char text[40];
  for (int year = 2000; year < 2260; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= 31; ++day) {
        std::snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00Z", year, month, day);
        std::optional<Instant> instant = ParseRfc3339(text);
        if (!instant) continue;
        ASSERT_EQ(ClampedNanos(*instant) - before, 86400'000000000) << text;
        before = ClampedNanos(*instant);
      }
    }
  }
}

}  // namespace
}  // namespace tailrace
