#include "sinks/timestamp.h"

#include <array>
#include <cstring>

namespace tailrace {

namespace {

constexpr uint64_t kNanosPerSecond = 1'000'000'000;
constexpr uint64_t kSecondsPerDay = 86'400;

struct TwoDigits {
  char digits[2];
};
constexpr std::array<TwoDigits, 100> MakeTwoDigits() {
  std::array<TwoDigits, 100> table{};
  for (unsigned i = 0; i < 100; ++i) table[i] = {{static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)}};
  return table;
}
constexpr std::array<TwoDigits, 100> kTwoDigits = MakeTwoDigits();

struct Parts {
  uint32_t days = 0;  // since 1600-03-01
  uint32_t second = 0;
  uint32_t nanos = 0;
};

// Counted from 1600-03-01, a day that begins a cycle of 400 years: all of it is positive then.
constexpr uint64_t kDaysBefore1970 = 135'080;
constexpr uint64_t kSecondsBefore1970 = kDaysBefore1970 * kSecondsPerDay;

Parts Split(int64_t time_nano) {
  constexpr auto kStep = static_cast<int64_t>(kNanosPerSecond);
  // Rounded down, also before 1970.
  int64_t seconds = time_nano / kStep;
  int64_t nanos = time_nano % kStep;
  if (nanos < 0) {
    nanos += kStep;
    --seconds;
  }
  const uint64_t since = static_cast<uint64_t>(seconds + static_cast<int64_t>(kSecondsBefore1970));
  return {static_cast<uint32_t>(since / kSecondsPerDay), static_cast<uint32_t>(since % kSecondsPerDay),
          static_cast<uint32_t>(nanos)};
}

// The calendar of years that begin in March: a leap day is the last of its year.
Date DateOfDays(uint32_t days) {
  constexpr uint32_t kDaysPerCycle = 146'097;  // 400 years
  const uint32_t cycle = days / kDaysPerCycle;
  const uint32_t day = days % kDaysPerCycle;
  const uint32_t year = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
  const uint32_t day_of_year = day - (365 * year + year / 4 - year / 100);
  const uint32_t month = (5 * day_of_year + 2) / 153;
  const uint32_t day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
  const bool is_next_year = month >= 10;  // January and February
  return {static_cast<int>(1600 + cycle * 400 + year + (is_next_year ? 1 : 0)), is_next_year ? month - 9 : month + 3,
          day_of_month};
}

}  // namespace

char* WriteTwoDigits(char* out, unsigned number) {
  std::memcpy(out, kTwoDigits[number].digits, 2);
  return out + 2;
}

Date DateOf(int64_t time_nano) { return DateOfDays(Split(time_nano).days); }

unsigned HourOf(int64_t time_nano) { return Split(time_nano).second / 3600; }

char* WriteTimestamp(char* out, int64_t time_nano) {
  const Parts parts = Split(time_nano);
  const Date date = DateOfDays(parts.days);
  std::memcpy(out, "0000-00-00T00:00:00.000000000Z", kTimestampBytes);
  const auto year = static_cast<unsigned>(date.year);
  WriteTwoDigits(out, year / 100);
  WriteTwoDigits(out + 2, year % 100);
  WriteTwoDigits(out + 5, date.month);
  WriteTwoDigits(out + 8, date.day);
  WriteTwoDigits(out + 11, parts.second / 3600);
  WriteTwoDigits(out + 14, parts.second / 60 % 60);
  WriteTwoDigits(out + 17, parts.second % 60);
  out[20] = static_cast<char>('0' + parts.nanos / 100'000'000);
  WriteTwoDigits(out + 21, parts.nanos / 1'000'000 % 100);
  WriteTwoDigits(out + 23, parts.nanos / 10'000 % 100);
  WriteTwoDigits(out + 25, parts.nanos / 100 % 100);
  WriteTwoDigits(out + 27, parts.nanos % 100);
  return out + kTimestampBytes;
}

char* WriteDecimal(char* out, uint64_t number) {
  char digits[20];
  char* begin = digits + sizeof(digits);
  while (number >= 100) {
    begin -= 2;
    WriteTwoDigits(begin, static_cast<unsigned>(number % 100));
    number /= 100;
  }
  if (number >= 10) {
    begin -= 2;
    WriteTwoDigits(begin, static_cast<unsigned>(number));
  } else {
    *--begin = static_cast<char>('0' + number);
  }
  const auto bytes = static_cast<size_t>(digits + sizeof(digits) - begin);
  std::memcpy(out, begin, bytes);
  return out + bytes;
}

}  // namespace tailrace
