#include "sinks/retry_after.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::optional<int64_t> Seconds(std::string_view value, std::string_view date = kDate) {
  auto time = ParseRetryAfter(value, date);
  if (!time) return std::nullopt;
  EXPECT_GE(time->count(), 0);
  EXPECT_LE(*time, kRetryAfterMax);
  return time->count() / 1'000'000'000;
}

TEST(RetryAfter, SecondsAreTakenAndBounded) {
  EXPECT_EQ(Seconds("0"), 0);
  EXPECT_EQ(Seconds(" 7\t"), 7);
  EXPECT_EQ(Seconds("0000000000000000007"), 7);
  EXPECT_EQ(Seconds("600"), 600);
  EXPECT_EQ(Seconds("601"), 600);
  EXPECT_EQ(Seconds("1000000000"), 600);
  EXPECT_EQ(Seconds("99999999999999999999999999"), 600);
}

TEST(RetryAfter, ADateIsComparedWithTheServersOwnClock) {
  EXPECT_EQ(Seconds("Sun, 06 Nov 1994 08:50:37 GMT"), 60);
  EXPECT_EQ(Seconds("Mon, 07 Nov 1994 08:49:37 GMT"), 600);
  EXPECT_EQ(Seconds("Sun, 06 Nov 1994 08:49:36 GMT"), std::nullopt);
  EXPECT_EQ(Seconds("Sun, 06 Nov 1994 08:50:37 GMT", ""), std::nullopt);
  EXPECT_EQ(Seconds("Fri, 31 Dec 9999 23:59:59 GMT"), 600);
}

TEST(RetryAfter, GarbageIsNothing) {
  for (std::string_view value :
       {"", " ", "-1", "+5", "1.5", "1e3", "soon", "5 seconds", "0x10", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 00 Nov 1994 08:49:38 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Non 1994 08:49:38 GMT",
        "Sun 06 Nov 1994 08:49:38  GMT"}) {
    EXPECT_EQ(Seconds(value), std::nullopt) << value;
  }
}

TEST(RetryAfter, DatesAreThoseOfTheCalendar) {
  EXPECT_EQ(ParseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(ParseHttpDate(kDate), 784'111'777);
  EXPECT_EQ(ParseHttpDate("Thu, 29 Feb 2024 12:00:00 GMT"), 1'709'208'000);
  EXPECT_EQ(ParseHttpDate("Tue, 19 Jan 2038 03:14:08 GMT"), 2'147'483'648);
}

TEST(RetryAfter, EveryCutAndFlipOfADateIsHarmless) {
  for (size_t i = 0; i < kDate.size(); ++i) {
    Seconds(kDate.substr(0, i));
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped(kDate);
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      Seconds(flipped);
    }
  }
}

}  // namespace
}  // namespace tailrace
