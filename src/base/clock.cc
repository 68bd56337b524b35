#include "base/clock.h"

#include <cstdio>
#include <ctime>

#include "base/check.h"

namespace tailrace {

namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

int64_t ReadClock(clockid_t id) {
  timespec time{};
  CHECK_EQ(clock_gettime(id, &time), 0);
  return int64_t{time.tv_sec} * kSecondNs + time.tv_nsec;
}

}  // namespace

MonoTime SystemClock::Now() { return {ReadClock(CLOCK_MONOTONIC)}; }

WallTime SystemClock::WallNow() { return {ReadClock(CLOCK_REALTIME)}; }

std::string Rfc3339(WallTime time) {
  // Apart, because the beginning of the first second that a WallTime can be in is no number of nanoseconds that fits.
  int64_t ns = (time.ns % kSecondNs + kSecondNs) % kSecondNs;
  std::chrono::seconds since_epoch(time.ns / kSecondNs - (time.ns % kSecondNs < 0 ? 1 : 0));
  auto day = std::chrono::floor<std::chrono::days>(since_epoch);
  std::chrono::year_month_day date{std::chrono::sys_days(day)};
  std::chrono::hh_mm_ss clock(since_epoch - day);
  char text[48];
  int length = std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02ld:%02ld:%02ld.%09ldZ", int{date.year()},
                             unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                             clock.minutes().count(), clock.seconds().count(), ns);
  CHECK_EQ(length, 30);  // 64-bit nanoseconds stay between the years 1677 and 2262.
  return {text, static_cast<size_t>(length)};
}

}  // namespace tailrace
