#include "base/clock.h"

#include <cstdio>
#include <ctime>

#include "base/check.h"

namespace tailrace {

namespace {

int64_t ReadClock(clockid_t id) {
  timespec time{};
  CHECK_EQ(clock_gettime(id, &time), 0);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

MonoTime SystemClock::Now() { return {ReadClock(CLOCK_MONOTONIC)}; }

WallTime SystemClock::WallNow() { return {ReadClock(CLOCK_REALTIME)}; }

std::string Rfc3339(WallTime time) {
  using std::chrono::days;
  auto since_epoch = Nanos(time.ns);
  auto day = std::chrono::floor<days>(since_epoch);
  std::chrono::year_month_day date{std::chrono::sys_days(day)};
  std::chrono::hh_mm_ss<Nanos> clock(since_epoch - day);
  char text[48];
  int length = std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02ld:%02ld:%02ld.%09ldZ", int{date.year()},
                             unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                             clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
  CHECK_EQ(length, 30);  // 64-bit nanoseconds stay between the years 1677 and 2262.
  return {text, static_cast<size_t>(length)};
}

}  // namespace tailrace
