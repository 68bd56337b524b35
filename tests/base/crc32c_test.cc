#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

// The definition, bit by bit.
uint32_t Reference(uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

std::string RandomBytes(SeededRandom& random, size_t n) {
  std::string bytes(n, '\0');
  for (char& c : bytes) c = static_cast<char>(random.Next64());
  return bytes;
}

TEST(Crc32c, GivesThePublishedSums) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32c, EveryWayGivesTheSameForEveryLength) {
  SeededRandom random(1);
  std::string bytes = RandomBytes(random, 3 * 1536 + 100);
  for (size_t n = 0; n <= bytes.size(); n += n < 300 ? 1 : 37) {
    std::string_view part = std::string_view(bytes).substr(n % 8, n);  // At odd addresses as well.
    uint32_t expected = Reference(0, part);
    ASSERT_EQ(internal::Crc32cPortable(0, part), expected) << n;
    if (internal::HasCrc32cHardware()) {
      ASSERT_EQ(internal::Crc32cHardware(0, part), expected) << n;
    }
    ASSERT_EQ(Crc32c(part), expected) << n;
  }
}

TEST(Crc32c, EveryWayGivesTheSameAroundTheLanes) {
  SeededRandom random(2);
  for (size_t around : {1536u, 2 * 1536u, 12288u, 12288u + 1536u, 24576u, 65536u}) {
    std::string bytes = RandomBytes(random, around + 9);
    for (size_t n = around - 9; n <= bytes.size(); ++n) {
      std::string_view part = std::string_view(bytes).substr(0, n);
      uint32_t expected = Reference(7, part);
      ASSERT_EQ(internal::Crc32cPortable(7, part), expected) << n;
      if (internal::HasCrc32cHardware()) {
      ASSERT_EQ(internal::Crc32cHardware(7, part), expected) << n;
    }
    }
  }
}

TEST(Crc32c, ExtendsWhereverABlockIsCut) {
  SeededRandom random(3);
  std::string bytes = RandomBytes(random, 5000);
  std::string_view all = bytes;
  uint32_t whole = Crc32c(all);
  for (size_t cut = 0; cut <= all.size(); cut += 11) {
    ASSERT_EQ(Crc32cExtend(Crc32c(all.substr(0, cut)), all.substr(cut)), whole) << cut;
  }
}

TEST(Crc32c, NoticesEveryFlippedBit) {
  std::string bytes(2048, 'x');
  const uint32_t sum = Crc32c(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    char mask = static_cast<char>(1 << bit % 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
    ASSERT_NE(Crc32c(bytes), sum) << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ mask);
  }
}

}  // namespace
}  // namespace tailrace
