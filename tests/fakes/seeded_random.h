// SeededRandom: a Random whose numbers follow from a seed (xoshiro256**), so that a failed run can be repeated. Owned by
// the test; any thread, but only one thread's draws repeat.
#pragma once

#include <array>
#include <cstddef>

#include "base/mutex.h"
#include "base/random.h"

namespace tailrace {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);

  uint64_t Next64() override;
  // A number in [0, n); n > 0.
  uint64_t Below(uint64_t n);
  // A number in [min, max].
  uint64_t Between(uint64_t min, uint64_t max);
  // True with probability `p`.
  bool Chance(double p);

 private:
  Mutex mu_;
  std::array<uint64_t, 4> state_ GUARDED_BY(mu_);
};

}  // namespace tailrace
