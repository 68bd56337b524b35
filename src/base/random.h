// Random: a seam for what must be unpredictable (stream ids) or spread (jitter). Any thread.
#pragma once

#include <cstdint>

namespace tailrace {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next64() = 0;
};

// getrandom(2).
class SystemRandom final : public Random {
 public:
  uint64_t Next64() override;
};

}  // namespace tailrace
