// Timestamp: a line's time as text, fast enough to be made anew for every line. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tailrace {

struct Date {
  int year = 1970;  // 1677 to 2262: what 64 bits of nanoseconds hold
  unsigned month = 1;
  unsigned day = 1;
};

// UTC.
Date DateOf(int64_t time_nano);
unsigned HourOf(int64_t time_nano);

inline constexpr size_t kTimestampBytes = 30;

// Writes "2026-08-02T09:05:07.000000123Z", kTimestampBytes characters, and returns their end.
char* WriteTimestamp(char* out, int64_t time_nano);

// Appends the number's digits.
void AppendDecimal(std::string& out, uint64_t number);

// Writes two digits; `number` is below 100.
char* WriteTwoDigits(char* out, unsigned number);

}  // namespace tailrace
