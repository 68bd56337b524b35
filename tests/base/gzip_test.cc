#include "base/gzip.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

std::string RandomBytes(SeededRandom& random, size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random.Next64());
  return text;
}

std::string LogLike(size_t bytes) {
  std::string text;
  for (size_t n = 0; text.size() < bytes; ++n)
    text += "line " + std::to_string(n) + " level=info status=200 path=/a/b\n";
  text.resize(bytes);
  return text;
}

TEST(Gzip, WhatGoesInComesOutAtEverySmallSize) {
  GzipCompressor gzip;
  const std::string text = LogLike(300);
  for (size_t bytes = 0; bytes <= text.size(); ++bytes) {
    const std::string body = text.substr(0, bytes);
    auto back = GunzipBounded(gzip.Compress(body), bytes);
    ASSERT_TRUE(back.ok()) << bytes << ": " << back.status().message();
    ASSERT_EQ(*back, body);
  }
}

TEST(Gzip, LargeBodiesOfAnyContentComeBack) {
  GzipCompressor gzip;
  SeededRandom random(1);
  for (const std::string& body : {LogLike(1_MiB), RandomBytes(random, 1_MiB + 1), std::string(3_MiB, '\0')}) {
    auto back = GunzipBounded(gzip.Compress(body), body.size());
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(*back, body);
  }
}

TEST(Gzip, LogLinesShrinkAndTheSameBodyGivesTheSameBytes) {
  GzipCompressor gzip;
  const std::string body = LogLike(256_KiB);
  const std::string first = gzip.Compress(body);
  EXPECT_LT(first.size(), body.size() / 4);
  EXPECT_EQ(gzip.Compress("something else").substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(gzip.Compress(body), first);
}

TEST(Gzip, MembersMayFollowEachOther) {
  GzipCompressor gzip;
  auto back = GunzipBounded(gzip.Compress("one ") + gzip.Compress("two"), 100);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, "one two");
}

TEST(Gzip, WhatIsLargerThanItMayBeIsRefused) {
  GzipCompressor gzip;
  const std::string bomb = gzip.Compress(std::string(10_MiB, 'x'));
  EXPECT_FALSE(GunzipBounded(bomb, 10_MiB - 1).ok());
  EXPECT_TRUE(GunzipBounded(bomb, 10_MiB).ok());
}

TEST(Gzip, EveryCutAndEveryFlipIsRefusedOrHarmless) {
  GzipCompressor gzip;
  const std::string body = LogLike(500);
  const std::string whole = gzip.Compress(body);
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) EXPECT_FALSE(GunzipBounded(whole.substr(0, bytes), 1_MiB).ok());
  for (size_t i = 10; i < whole.size(); ++i) {  // The header holds bytes that nobody reads.
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    auto back = GunzipBounded(flipped, 1_MiB);
    EXPECT_TRUE(!back.ok() || *back == body) << i;  // Bits that only fill up the last byte carry nothing.
  }
  EXPECT_FALSE(GunzipBounded("", 10).ok());
  EXPECT_FALSE(GunzipBounded("<html>", 10).ok());
}

}  // namespace
}  // namespace tailrace
