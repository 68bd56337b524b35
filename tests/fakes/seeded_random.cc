#include "tests/fakes/seeded_random.h"

#include <bit>

#include "base/check.h"

namespace tailrace {

SeededRandom::SeededRandom(uint64_t seed) {
  // splitmix64, so that seeds that lie close together give unlike states.
  for (uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t mixed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    word = mixed ^ mixed >> 31;
  }
}

uint64_t SeededRandom::Next64() {
  MutexLock lock(mu_);
  uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

uint64_t SeededRandom::Below(uint64_t n) {
  CHECK_GT(n, 0u);
  return Next64() % n;  // The bias is of no matter to a test.
}

uint64_t SeededRandom::Between(uint64_t min, uint64_t max) {
  CHECK_LE(min, max);
  return max - min == UINT64_MAX ? Next64() : min + Below(max - min + 1);
}

bool SeededRandom::Chance(double p) { return static_cast<double>(Next64() >> 11) * 0x1p-53 < p; }

}  // namespace tailrace
