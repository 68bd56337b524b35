#include "sinks/timestamp.h"

#include <array>
#include <bit>
#include <cstring>
#include <string_view>

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
  uint32_t days = 0;  // since 0000-03-01
  uint32_t second = 0;
};

struct Moment {
  int64_t second = 0;  // since 1970
  uint32_t nanos = 0;
};

// Counted from a day long ago that begins a cycle of 400 years: all of it is positive then.
constexpr uint64_t kDaysBefore1970 = 719'468;
constexpr uint64_t kSecondsBefore1970 = kDaysBefore1970 * kSecondsPerDay;

// Rounded down, also before 1970.
Moment MomentOf(int64_t time_nano) {
  constexpr auto kStep = static_cast<int64_t>(kNanosPerSecond);
  const int64_t second = time_nano / kStep;
  const int64_t nanos = time_nano % kStep;
  if (nanos < 0) return {second - 1, static_cast<uint32_t>(nanos + kStep)};
  return {second, static_cast<uint32_t>(nanos)};
}

Parts Split(int64_t second) {
  const uint64_t since = static_cast<uint64_t>(second + static_cast<int64_t>(kSecondsBefore1970));
  return {static_cast<uint32_t>(since / kSecondsPerDay), static_cast<uint32_t>(since % kSecondsPerDay)};
}

// The calendar of years that begin in March, so that a leap day is the last of its year; divisions by multiplying,
// after Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022).
Date DateOfDays(uint32_t days) {
  const uint32_t in_cycles = 4 * days + 3;
  const uint32_t century = in_cycles / 146'097;
  const uint32_t in_century = in_cycles % 146'097 | 3;
  const uint64_t years = uint64_t{2'939'745} * in_century;
  const auto year_of_century = static_cast<uint32_t>(years >> 32);
  const uint32_t day_of_year = static_cast<uint32_t>(years) / 2'939'745 / 4;
  const uint32_t months = 2141 * day_of_year + 197'913;
  const bool is_next_year = day_of_year >= 306;  // January and February
  const uint32_t month = months >> 16;
  return {static_cast<int>(100 * century + year_of_century + (is_next_year ? 1 : 0)),
          is_next_year ? month - 12 : month, (months & 0xffff) / 2141 + 1};
}

constexpr uint64_t kEightDigits = 100'000'000;
constexpr uint64_t kValues = 0x0f0f0f0f0f0f0f0f;  // of digits: what is left of '0' to '9'

// Eight digits as the bytes of a word, the first one lowest; the halves of a half are made side by side, by multiplying
// instead of dividing. One word is written at once: single digits that are then copied make the processor wait.
uint64_t EightDigits(uint32_t number) {
  static_assert(std::endian::native == std::endian::little);
  const uint64_t fours = number / 10'000 | uint64_t{number % 10'000} << 32;
  const uint64_t hundreds = (fours * 10'486 >> 20) & 0x0000'007f'0000'007f;
  const uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
  const uint64_t tens = (twos * 103 >> 10) & 0x000f'000f'000f'000f;
  return (tens | (twos - 10 * tens) << 8) | 0x3030'3030'3030'3030;
}

// Up to the point before the fraction.
constexpr size_t kWholeBytes = std::string_view("2026-08-02T09:05:07.").size();

void WriteWhole(char* out, int64_t second) {
  const Parts parts = Split(second);
  const Date date = DateOfDays(parts.days);
  std::memcpy(out, "0000-00-00T00:00:00.", kWholeBytes);
  const auto year = static_cast<unsigned>(date.year);
  WriteTwoDigits(out, year / 100);
  WriteTwoDigits(out + 2, year % 100);
  WriteTwoDigits(out + 5, date.month);
  WriteTwoDigits(out + 8, date.day);
  WriteTwoDigits(out + 11, parts.second / 3600);
  WriteTwoDigits(out + 14, parts.second / 60 % 60);
  WriteTwoDigits(out + 17, parts.second % 60);
}

// The second that was written last: the next line is nearly always of the same one.
struct LastSecond {
  int64_t second = INT64_MIN;
  char text[kWholeBytes] = {};
};
thread_local LastSecond last_second;

}  // namespace

char* WriteTwoDigits(char* out, unsigned number) {
  std::memcpy(out, kTwoDigits[number].digits, 2);
  return out + 2;
}

Date DateOf(int64_t time_nano) { return DateOfDays(Split(MomentOf(time_nano).second).days); }

unsigned HourOf(int64_t time_nano) { return Split(MomentOf(time_nano).second).second / 3600; }

char* WriteTimestamp(char* out, int64_t time_nano) {
  const Moment moment = MomentOf(time_nano);
  if (moment.second != last_second.second) {
    WriteWhole(last_second.text, moment.second);
    last_second.second = moment.second;
  }
  std::memcpy(out, last_second.text, kWholeBytes);
  out[20] = static_cast<char>('0' + moment.nanos / 100'000'000);
  WriteTwoDigits(out + 21, moment.nanos / 1'000'000 % 100);
  WriteTwoDigits(out + 23, moment.nanos / 10'000 % 100);
  WriteTwoDigits(out + 25, moment.nanos / 100 % 100);
  WriteTwoDigits(out + 27, moment.nanos % 100);
  out[29] = 'Z';
  return out + kTimestampBytes;
}

void AppendDecimal(std::string& out, uint64_t number) {
  if (number >= kEightDigits) {
    AppendDecimal(out, number / kEightDigits);
    const uint64_t digits = EightDigits(static_cast<uint32_t>(number % kEightDigits));
    out.append(reinterpret_cast<const char*>(&digits), sizeof(digits));
    return;
  }
  const uint64_t digits = EightDigits(static_cast<uint32_t>(number));
  const auto zeros = static_cast<size_t>(__builtin_ctzll((digits & kValues) | uint64_t{1} << 56)) / 8;
  const uint64_t shown = digits >> (8 * zeros);
  out.append(reinterpret_cast<const char*>(&shown), sizeof(shown) - zeros);
}

}  // namespace tailrace
