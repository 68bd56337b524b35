// Backoff: how long to wait after the n-th failure in a row: full jitter over a doubling range, never less than what
// the server asked for. A value; time is the caller's. Any thread, one owner.
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace tailrace {

class Backoff {
 public:
  static constexpr Nanos kFirst = std::chrono::milliseconds(500);
  static constexpr Nanos kMax = std::chrono::seconds(60);
  // Of a server that answers that it is overloaded: it is there, and shall be used soon after it recovers.
  static constexpr Nanos kOverloadedMax = std::chrono::seconds(4);
  static constexpr Nanos kOverloadedMin = std::chrono::seconds(1);
  // What a server may ask for.
  static constexpr Nanos kAskedMax = std::chrono::minutes(10);

  struct Range {
    Nanos floor{0};
    Nanos max = kMax;
  };
  // One failure more; the time to wait.
  Nanos Fail(Random& random, const Range& range);
  // The time to wait after so many failures before this one.
  static Nanos Draw(Random& random, int failures, const Range& range);
  void Reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

}  // namespace tailrace
