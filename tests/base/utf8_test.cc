#include "base/utf8.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Utf8, KnowsTheLengthOfACharacter) {
  EXPECT_EQ(Utf8CharacterBytes("a"), 1u);
  EXPECT_EQ(Utf8CharacterBytes("\xc3\xa9t\xc3\xa9"), 2u);
  EXPECT_EQ(Utf8CharacterBytes("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8CharacterBytes("\xf0\x9f\x98\x80"), 4u);
  EXPECT_EQ(Utf8CharacterBytes(""), 0u);
}

TEST(Utf8, RefusesWhatOnlyLooksLikeACharacter) {
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe0\x9f\xbf",
                          "\xe2\x82", "\xe2\x28\xa1", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8CharacterBytes(bad), 0u) << bad;
  }
}

TEST(Utf8, AcceptsTheEdgesOfEveryRange) {
  for (const char* good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Utf8CharacterBytes(good), std::string_view(good).size()) << good;
  }
}

// The definition by counting: every code point but the surrogates has one encoding, so 1,112,064 texts are valid.
TEST(Utf8, AcceptsAsManyTextsAsThereAreCharacters) {
  size_t valid = 0;
  for (unsigned text = 0; text < 1u << 24; ++text) {
    char bytes[3] = {static_cast<char>(text >> 16), static_cast<char>(text >> 8), static_cast<char>(text)};
    valid += Utf8CharacterBytes({bytes, 3}) == 3 ? 1 : 0;
  }
  EXPECT_EQ(valid, 0x10000u - 0x800u - 0x800u);
}

TEST(Utf8, FindsWhereATextStopsBeingValid) {
  EXPECT_EQ(Utf8ValidBytes(""), 0u);
  EXPECT_EQ(Utf8ValidBytes("plain text of more than eight bytes"), 35u);
  EXPECT_EQ(Utf8ValidBytes("caf\xc3\xa9 and more"), 14u);
  EXPECT_EQ(Utf8ValidBytes("0123456789\xff" "abc"), 10u);
  EXPECT_EQ(Utf8ValidBytes("0123456789\xe2\x82"), 10u);
}

TEST(Utf8, RepairsByteByByte) {
  EXPECT_EQ(Utf8Repaired("fine"), "fine");
  EXPECT_EQ(Utf8Repaired("a\xff" "b"), "a\xef\xbf\xbd" "b");
  EXPECT_EQ(Utf8Repaired("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(Utf8Repaired(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
}

}  // namespace
}  // namespace tailrace
