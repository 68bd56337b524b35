#include "base/bytes.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Bytes, SizesHaveUnits) {
  EXPECT_EQ(64_KiB, 65536u);
  EXPECT_EQ(16_MiB, 16777216u);
  EXPECT_EQ(5_GiB, 5368709120u);
}

TEST(Bytes, BigEndianIsTheOrderOnTheWire) {
  char bytes[4];
  StoreBig32(bytes, 0x01020304);
  EXPECT_EQ(std::string_view(bytes, 4), "\x01\x02\x03\x04");
  EXPECT_EQ(LoadBig32(bytes), 0x01020304u);
}

TEST(Bytes, LittleEndianWorksAtOddAddresses) {
  char bytes[9] = {};
  StoreLittle<uint64_t>(bytes + 1, 0x0102030405060708);
  EXPECT_EQ(bytes[1], 8);
  EXPECT_EQ(bytes[8], 1);
  EXPECT_EQ(LoadLittle<uint64_t>(bytes + 1), 0x0102030405060708u);
}

TEST(Bytes, HexIsSixteenLowerCaseDigits) {
  EXPECT_EQ(Hex64(0), "0000000000000000");
  EXPECT_EQ(Hex64(0xfedcba9876543210), "fedcba9876543210");
  EXPECT_EQ(ParseHex64("fedcba9876543210"), 0xfedcba9876543210u);
  EXPECT_EQ(ParseHex64("ffffffffffffffff"), UINT64_MAX);
}

TEST(Bytes, HexHasOneSpellingOnly) {
  EXPECT_EQ(ParseHex64(""), std::nullopt);
  EXPECT_EQ(ParseHex64("fedcba987654321"), std::nullopt);
  EXPECT_EQ(ParseHex64("fedcba98765432100"), std::nullopt);
  EXPECT_EQ(ParseHex64("FEDCBA9876543210"), std::nullopt);
  EXPECT_EQ(ParseHex64("0xdcba9876543210"), std::nullopt);
  EXPECT_EQ(ParseHex64("fedcba987654321g"), std::nullopt);
  EXPECT_EQ(ParseHex64("fedcba987654321 "), std::nullopt);
}

TEST(Bytes, DecimalIsDigitsThatFit) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("007"), 7u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), UINT64_MAX);
  for (const char* bad : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1k", "0x1", "1.0"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace tailrace
