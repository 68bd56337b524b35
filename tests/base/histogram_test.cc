#include "base/histogram.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(HistogramTest, EachValueIsInOneBucketItsBoundIncluded) {
  constexpr std::array<double, 3> kBounds = {1, 10, 100};
  Histogram histogram(kBounds);
  for (const double value : {0.0, 1.0, 1.5, 10.0, 100.0, 101.0, 1e9}) histogram.Add(value);
  EXPECT_EQ(histogram.counts(), (std::vector<uint64_t>{2, 2, 1, 2}));
  EXPECT_EQ(histogram.count(), 7u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 1e9 + 213.5);
}

TEST(HistogramTest, TheBoundsRise) {
  EXPECT_TRUE(std::is_sorted(kRequestSecondsBounds.begin(), kRequestSecondsBounds.end()));
  EXPECT_TRUE(std::is_sorted(kBatchBytesBounds.begin(), kBatchBytesBounds.end()));
  EXPECT_TRUE(std::is_sorted(kAgeSecondsBounds.begin(), kAgeSecondsBounds.end()));
}

}  // namespace
}  // namespace tailrace
