#include "tool/text.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Text, Counts) {
  EXPECT_EQ(ShownCount(0), "0");
  EXPECT_EQ(ShownCount(999), "999");
  EXPECT_EQ(ShownCount(1000), "1,000");
  EXPECT_EQ(ShownCount(1234567), "1,234,567");
  EXPECT_EQ(ShownCount(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Text, BytesAreDecimal) {
  EXPECT_EQ(ShownBytes(0), "0 B");
  EXPECT_EQ(ShownBytes(999), "999 B");
  EXPECT_EQ(ShownBytes(1000), "1.0 kB");
  EXPECT_EQ(ShownBytes(9'949), "9.9 kB");
  EXPECT_EQ(ShownBytes(9'951), "10 kB");
  EXPECT_EQ(ShownBytes(999'499), "999 kB");
  EXPECT_EQ(ShownBytes(999'500), "1.0 MB");
  EXPECT_EQ(ShownBytes(21'474'836'480), "21 GB");
  EXPECT_EQ(ShownBytes(UINT64_MAX), "18 EB");
}

TEST(Text, Spans) {
  EXPECT_EQ(ShownSpan(0), "0 s");
  EXPECT_EQ(ShownSpan(-3), "0 s");
  EXPECT_EQ(ShownSpan(0.25), "0.2 s");
  EXPECT_EQ(ShownSpan(45.4), "45 s");
  EXPECT_EQ(ShownSpan(119), "119 s");
  EXPECT_EQ(ShownSpan(185), "3 min");
  EXPECT_EQ(ShownSpan(3600), "1 h");
  EXPECT_EQ(ShownSpan(7384), "2 h 3 min");
  EXPECT_EQ(ShownSpan(4 * 86400 + 3600), "4 d 1 h");
  EXPECT_EQ(ShownSpan(1e300), "11574074074 d 1 h");
}

TEST(Text, Rates) {
  EXPECT_EQ(ShownRate(0), "0");
  EXPECT_EQ(ShownRate(0.44), "0.4");
  EXPECT_EQ(ShownRate(310.2), "310");
  EXPECT_EQ(ShownRate(12000), "12,000");
}

// A container's bytes must not move the cursor of whoever looks at them.
TEST(Text, HarmlessTakesTheTeethOutOfControlCharacters) {
  EXPECT_EQ(Harmless("plain \xc3\xa9 \xf0\x9f\x98\x80"), "plain \xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(Harmless("\x1b[2J\n\t\r\x7f"), "\\x1b[2J\\n\\t\\x0d\\x7f");
  EXPECT_EQ(Harmless("\xc2\x9b" "1m"), "\\xc2\\x9b1m");
  EXPECT_EQ(Harmless("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(Harmless(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(Harmless("abcdef", 3), "abc... (6 bytes)");
  EXPECT_EQ(Harmless("a\xc3\xa9\xc3\xa9", 4), "a\xc3\xa9... (5 bytes)");
  EXPECT_EQ(Harmless("a\xc3"), "a\\xc3");
}

TEST(Text, HarmlessOfEveryByteIsPrintable) {
  for (int c = 0; c < 256; ++c) {
    for (char shown : Harmless(std::string(1, static_cast<char>(c)))) EXPECT_TRUE(shown >= ' ' && shown < 0x7f) << c;
  }
}

TEST(TextTable, AlignsByWhatIsSeen) {
  TextTable table({{.header = "NAME"}, {.header = "N", .is_number = true}, {.header = "REST"}});
  table.Add({"\xc3\xa9", "1,000", "x"});
  table.Add({"longer", "7", ""});
  EXPECT_EQ(table.Render(),
            "NAME        N  REST\n"
            "\xc3\xa9       1,000  x\n"
            "longer      7\n");
}

}  // namespace
}  // namespace tailrace
