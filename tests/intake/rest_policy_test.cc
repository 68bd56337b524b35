#include "intake/rest_policy.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Case {
  const char* name;
  size_t bytes;
  size_t frames;
  Nanos since;
  bool is_followed;
  bool arm;
  Nanos rest_min;
  Nanos rest_max;
};

TEST(RestPolicy, OneVisit) {
  const Case cases[] = {
      {"nothing came", 0, 0, milliseconds(5), false, true, Nanos(0), Nanos(0)},
      {"one line", 100, 1, milliseconds(5), false, true, Nanos(0), Nanos(0)},
      {"two lines", 200, 2, milliseconds(5), false, true, Nanos(0), Nanos(0)},
      {"a few lines rest longest", 300, 3, milliseconds(5), false, false, milliseconds(5), milliseconds(5)},
      {"followed rests shorter", 300, 3, milliseconds(5), true, false, milliseconds(1), milliseconds(1)},
      {"big entries do not rest", 60'000, 5, milliseconds(5), false, true, Nanos(0), Nanos(0)},
      {"100 MB/s: half a pipe in 0.33 ms", 500'000, 5000, milliseconds(5), false, false, microseconds(300), microseconds(350)},
      {"faster than the shortest rest", 65'536, 600, microseconds(10), false, false, microseconds(100), microseconds(100)},
      {"visits at once are no rate", 65'536, 600, Nanos(0), false, false, microseconds(100), microseconds(100)},
      {"the first visit of all", 65'536, 600, std::chrono::hours(1), false, false, milliseconds(5), milliseconds(5)},
  };
  for (const Case& c : cases) {
    RestPolicy policy;
    const RestPolicy::Decision decision = policy.After({c.bytes, c.frames, c.since, 64_KiB, c.is_followed});
    EXPECT_EQ(decision.arm, c.arm) << c.name;
    EXPECT_GE(decision.rest, c.rest_min) << c.name;
    EXPECT_LE(decision.rest, c.rest_max) << c.name;
  }
}

TEST(RestPolicy, RateThatFellIsBelievedByHalves) {
  RestPolicy policy;
  Nanos last = policy.After({500'000, 5000, milliseconds(5), 64_KiB, false}).rest;
  for (int visit = 0; visit < 3; ++visit) {
    const Nanos rest = policy.After({300, 3, milliseconds(5), 64_KiB, false}).rest;
    EXPECT_NEAR(static_cast<double>(rest.count()), 2.0 * static_cast<double>(last.count()), 2.0);
    last = rest;
  }
}

// Armed, a FIFO wakes intake for the first line that comes: an even stream would never be seen to hold several.
TEST(RestPolicy, AnEvenStreamRestsThoughEachVisitFindsOneLine) {
  RestPolicy policy;
  EXPECT_EQ(policy.After({143, 1, microseconds(100), 64_KiB, false}).rest, RestPolicy::kRestMax);
  EXPECT_EQ(policy.After({143 * 50, 50, milliseconds(5), 64_KiB, false}).rest, RestPolicy::kRestMax);
}

TEST(RestPolicy, TwoLinesTogetherMakeFewEmptyRounds) {
  RestPolicy policy;
  policy.After({143, 1, std::chrono::seconds(1), 64_KiB, false});
  EXPECT_FALSE(policy.After({143, 1, microseconds(100), 64_KiB, false}).arm);
  EXPECT_TRUE(policy.After({0, 0, milliseconds(5), 64_KiB, false}).arm);
}

TEST(RestPolicy, QuietFifoForgetsItsRate) {
  RestPolicy policy;
  policy.After({500'000, 5000, milliseconds(5), 64_KiB, false});
  EXPECT_TRUE(policy.After({0, 0, milliseconds(5), 64_KiB, false}).arm);
  EXPECT_EQ(policy.After({300, 3, milliseconds(5), 64_KiB, false}).rest, RestPolicy::kRestMax);
}

TEST(RestPolicy, BiggerPipeIsWantedWhereTheWriterWouldSoonWait) {
  RestPolicy policy;
  EXPECT_FALSE(policy.After({300, 3, milliseconds(5), 64_KiB, false}).grow_pipe);
  EXPECT_FALSE(policy.After({1'600, 11, milliseconds(5), 64_KiB, false}).grow_pipe);  // Full in 205 ms.
  EXPECT_TRUE(policy.After({7'000, 50, milliseconds(5), 64_KiB, false}).grow_pipe);   // In 47 ms.
  EXPECT_TRUE(policy.After({500'000, 5000, milliseconds(5), 64_KiB, false}).grow_pipe);
  RestPolicy large;
  EXPECT_FALSE(large.After({7'000, 50, milliseconds(5), 1_MiB, false}).grow_pipe);
}

}  // namespace
}  // namespace tailrace
