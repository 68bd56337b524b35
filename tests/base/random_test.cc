#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace tailrace {
namespace {

TEST(SystemRandom, DrawsDiffer) {
  SystemRandom random;
  std::set<uint64_t> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.Next64());
  EXPECT_EQ(drawn.size(), 1000u);
}

TEST(SystemRandom, EveryBitIsDrawn) {
  SystemRandom random;
  uint64_t ever_set = 0;
  uint64_t always_set = UINT64_MAX;
  for (int i = 0; i < 200; ++i) {
    uint64_t value = random.Next64();
    ever_set |= value;
    always_set &= value;
  }
  EXPECT_EQ(ever_set, UINT64_MAX);
  EXPECT_EQ(always_set, 0u);
}

}  // namespace
}  // namespace tailrace
