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
  uint32_t days = 0;  // since 0000-03-01
  uint32_t second = 0;
  uint32_t nanos = 0;
};

// Counted from a day long ago that begins a cycle of 400 years: all of it is positive then.
constexpr uint64_t kDaysBefore1970 = 719'468;
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

size_t DecimalBytes(uint64_t number) {
  size_t bytes = 1;
  for (; number >= 10'000; number /= 10'000) bytes += 4;
  return bytes + (number >= 10 ? 1 : 0) + (number >= 100 ? 1 : 0) + (number >= 1000 ? 1 : 0);
}

void AppendDecimal(std::string& out, uint64_t number) {
  // Written where they stay: digits that are copied at once make the processor wait for them.
  out.append(DecimalBytes(number), '0');
  char* end = out.data() + out.size();
  for (; number >= 100; number /= 100) {
    end -= 2;
    WriteTwoDigits(end, static_cast<unsigned>(number % 100));
  }
  if (number >= 10) {
    WriteTwoDigits(end - 2, static_cast<unsigned>(number));
  } else {
    end[-1] = static_cast<char>('0' + number);
  }
}

}  // namespace tailrace
