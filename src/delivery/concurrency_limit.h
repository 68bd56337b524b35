// ConcurrencyLimit: how many requests a destination may have in flight: additive up, multiplicative down, one sample
// per attempt. A value; delivery thread.
#pragma once

#include <algorithm>
#include <cstddef>

namespace tailrace {

class ConcurrencyLimit {
 public:
  static constexpr size_t kMax = 8;

  size_t limit() const { return static_cast<size_t>(value_); }
  // An answer in time. `in_flight` when the request began, itself included: only a limit that is used is raised.
  void OnSuccess(size_t in_flight) {
    if (in_flight >= limit()) value_ = std::min(value_ + kStep, static_cast<double>(kMax));
  }
  // The server is overloaded, or did not answer in time. A server that could not be reached is no sample.
  void OnOverload() { value_ = std::max(value_ * kFactor, 1.0); }

 private:
  static constexpr double kStep = 0.5;
  static constexpr double kFactor = 0.7;
  double value_ = 2;
};

}  // namespace tailrace
