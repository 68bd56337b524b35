// Histogram: how often values came, by buckets with fixed bounds, as Prometheus wants them. A value; one owner.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tailrace {

class Histogram {
 public:
  // Upper bounds, inclusive; what is larger is counted behind the last one. `bounds` outlives the histogram.
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

  void Add(double value) {
    ++counts_[static_cast<size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin())];
    ++count_;
    sum_ += value;
  }

  std::span<const double> bounds() const { return bounds_; }
  // One a bound, and one for what is larger; each value is in one of them.
  const std::vector<uint64_t>& counts() const { return counts_; }
  uint64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  double sum_ = 0;
};

inline constexpr std::array<double, 12> kRequestSecondsBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                 0.5,   1,    2.5,   10,   30,  90};
inline constexpr std::array<double, 8> kBatchBytesBounds = {1024, 4096, 16384, 65536, 262144, 524288, 1048576, 4194304};
inline constexpr std::array<double, 12> kAgeSecondsBounds = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 21600, 86400};

}  // namespace tailrace
