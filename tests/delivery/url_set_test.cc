#include "delivery/url_set.h"

#include <gtest/gtest.h>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

TEST(UrlSetTest, FewestInFlightFirst) {
  SeededRandom random(1);
  UrlSet urls(random, 3);
  EXPECT_EQ(urls.Pick({0}), 0u);
  urls.OnStart(0);
  EXPECT_EQ(urls.Pick({0}), 1u);
  urls.OnStart(1);
  urls.OnStart(2);
  urls.OnEnd(1, {0}, true);
  EXPECT_EQ(urls.Pick({0}), 1u);
  urls.OnForgotten(0);
  EXPECT_EQ(urls.Pick({0}), 0u);
}

TEST(UrlSetTest, ADeadOneIsOutForItsOwnBackOff) {
  SeededRandom random(1);
  UrlSet urls(random, 2);
  MonoTime now{0};
  for (int i = 0; i < 10; ++i) {  // Full jitter may draw nothing.
    urls.OnStart(0);
    urls.OnEnd(0, now, false);
  }
  EXPECT_EQ(urls.Pick(now), 1u);
  EXPECT_EQ(urls.NextBack(), MonoTime{0});
  urls.OnStart(1);
  urls.OnEnd(1, now, false);
  EXPECT_FALSE(urls.Pick(now).has_value());
  now = urls.NextBack();
  const size_t back = urls.Pick(now).value();
  urls.OnStart(back);
  urls.OnEnd(back, now, true);
  EXPECT_EQ(urls.Pick(now), back);
}

}  // namespace
}  // namespace tailrace
