#include "sinks/timestamp.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

std::string Text(int64_t time_nano) {
  char buffer[kTimestampBytes];
  char* end = WriteTimestamp(buffer, time_nano);
  return {buffer, end};
}

TEST(Timestamp, KnownTimes) {
  EXPECT_EQ(Text(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(Text(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Text(1'709'251'199'000'000'001), "2024-02-29T23:59:59.000000001Z");
  EXPECT_EQ(Text(1'709'251'200'000'000'000), "2024-03-01T00:00:00.000000000Z");
  EXPECT_EQ(Text(4'107'542'399'123'456'789), "2100-02-28T23:59:59.123456789Z");
  EXPECT_EQ(Text(4'107'542'400'000'000'000), "2100-03-01T00:00:00.000000000Z");
  EXPECT_EQ(Text(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(Text(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}

TEST(Timestamp, AgreesWithTheClocksForm) {
  SeededRandom random(11);
  for (int i = 0; i < 50'000; ++i) {
    const auto time = static_cast<int64_t>(random.Next64() >> 1);
    ASSERT_EQ(Text(time), Rfc3339({time})) << time;
  }
  // Every day of four centuries there are, less what 64 bits do not hold.
  for (int64_t day = 0; day < 106'000; ++day)
    ASSERT_EQ(Text(day * 86'400'000'000'000), Rfc3339({day * 86'400'000'000'000}));
}

TEST(Timestamp, WhatWasWrittenBeforeMakesNoDifference) {
  SeededRandom random(12);
  constexpr int64_t kSecond = 1'000'000'000;
  for (int i = 0; i < 20'000; ++i) {  // To and fro between few seconds, before 1970 and behind.
    const int64_t second = static_cast<int64_t>(random.Next64() % 5) - 2 + (random.Next64() % 2 == 0 ? 0 : 1'700'000'000);
    const int64_t time = second * kSecond + static_cast<int64_t>(random.Next64() % kSecond);
    ASSERT_EQ(Text(time), Rfc3339({time})) << time;
  }
}

TEST(Timestamp, PartsOfADate) {
  const Date date = DateOf(1'709'251'199'000'000'000);
  EXPECT_EQ(date.year, 2024);
  EXPECT_EQ(date.month, 2u);
  EXPECT_EQ(date.day, 29u);
  EXPECT_EQ(HourOf(1'709'251'199'000'000'000), 23u);
}

TEST(Timestamp, Decimals) {
  for (uint64_t number :
       {uint64_t{0}, uint64_t{9}, uint64_t{10}, uint64_t{99}, uint64_t{100}, uint64_t{12345}, UINT64_MAX}) {
    std::string text = "n=";
    AppendDecimal(text, number);
    EXPECT_EQ(text, "n=" + std::to_string(number));
  }
  for (uint64_t number = 0; number < 200'000'000; number += 997) {
    std::string text;
    AppendDecimal(text, number);
    ASSERT_EQ(text, std::to_string(number));
  }
  for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
    for (const uint64_t number : {power - 1, power, power + 1, power * 7 + power / 3}) {
      std::string text;
      AppendDecimal(text, number);
      EXPECT_EQ(text, std::to_string(number));
    }
  }
}

}  // namespace
}  // namespace tailrace
