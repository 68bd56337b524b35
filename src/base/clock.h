// Clock: the only way to read time; a seam, so that tests own it. Implementations may be called from any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace tailrace {

using Nanos = std::chrono::nanoseconds;

// Monotonic time since an arbitrary point. Deadlines, rests and back-off are in it.
struct MonoTime {
  int64_t ns = 0;
  friend auto operator<=>(const MonoTime&, const MonoTime&) = default;
  friend MonoTime operator+(MonoTime t, Nanos d) { return {t.ns + d.count()}; }
  friend MonoTime operator-(MonoTime t, Nanos d) { return {t.ns - d.count()}; }
  friend Nanos operator-(MonoTime a, MonoTime b) { return Nanos(a.ns - b.ns); }
};

// Later than any deadline.
inline constexpr MonoTime kNever{INT64_MAX};

// Wall-clock time, nanoseconds since 1970 UTC. It steps; nothing is timed by it.
struct WallTime {
  int64_t ns = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// "2026-08-02T09:05:07.000000123Z": always nine digits and UTC, so that texts sort as times do.
std::string Rfc3339(WallTime time);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime Now() = 0;
  virtual WallTime WallNow() = 0;
};

// The system's clocks. Owned by App (or a test); no state.
class SystemClock final : public Clock {
 public:
  MonoTime Now() override;
  WallTime WallNow() override;
};

}  // namespace tailrace
