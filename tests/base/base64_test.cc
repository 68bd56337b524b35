#include "base/base64.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Base64, TheExamplesOfRfc4648) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64(std::string("\xff\x00\xfe", 3)), "/wD+");
}

TEST(Base64, ComesBackInEveryLength) {
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(Base64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
  EXPECT_FALSE(DecodeBase64("a").has_value());
  EXPECT_FALSE(DecodeBase64("ab-d").has_value());
}

TEST(Base64, TellsWhatIsBase64) {
  for (const char* text : {"Zg==", "Zm8=", "Zm9v", "/wD+"}) EXPECT_TRUE(IsBase64(text)) << text;
  for (const char* text : {"", "Zg=", "Zg", "Zm9v ", "Z===", "====", "id:key", "Zm9-", "Zg==Zg=="})
    EXPECT_FALSE(IsBase64(text)) << text;
}

}  // namespace
}  // namespace tailrace
