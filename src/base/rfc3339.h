// RFC 3339 times as Go writes them: 2026-01-02T03:04:05.123456789+01:00, with 0 to 9 digits of a fraction. Pure; any
// thread. Go's zero time, which stands for "not given", is the year 1 and far outside 64 bits of nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tailrace {

struct Instant {
  int64_t seconds = 0;  // since 1970 UTC; negative before
  int32_t nanos = 0;    // 0 to 999,999,999, counting forwards
  // Go's time.Time{}.
  bool is_zero() const { return seconds == -62135596800 && nanos == 0; }
};

// Nothing when it is no such time (the 30th of February, a second 60, a year that is not four digits).
std::optional<Instant> ParseRfc3339(std::string_view text);

// Nanoseconds since 1970, or the nearest that 64 bits can say: INT64_MIN before 1677, INT64_MAX from 2262 on.
int64_t ClampedNanos(const Instant& instant);

}  // namespace tailrace
