#include <gtest/gtest.h>

#include "base/json.h"

namespace tailrace {
namespace {

TEST(JsonWriter, WritesCompactlyInCallOrder) {
  JsonWriter writer;
  writer.BeginObject().Key("b").String("x").Key("a").BeginArray().Int(-1).Uint(UINT64_MAX).Bool(true).Bool(false);
  writer.Null().BeginObject().EndObject().BeginArray().EndArray().EndArray().Key("c").Int(INT64_MIN).EndObject();
  EXPECT_EQ(writer.Take(),
            R"({"b":"x","a":[-1,18446744073709551615,true,false,null,{},[]],"c":-9223372036854775808})");
}

TEST(JsonWriter, WritesALoneValue) {
  JsonWriter writer;
  EXPECT_EQ(writer.String("x").Take(), "\"x\"");
}

TEST(JsonWriter, EscapesEveryControlCharacter) {
  for (int c = 0; c < 128; ++c) {
    std::string value(1, static_cast<char>(c));
    JsonWriter writer;
    std::string text = writer.String(value).Take();
    auto document = JsonDocument::Parse(text);
    ASSERT_TRUE(document.ok()) << c << ": " << document.status().message();
    EXPECT_EQ(document->root().AsString(), value) << c;
  }
  JsonWriter writer;
  EXPECT_EQ(writer.String("\x1b[0m\n\"\\").Take(), R"("\u001b[0m\n\"\\")");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  JsonWriter writer;
  writer.BeginObject().Key("k\xff").String("a\xc3").EndObject();
  EXPECT_EQ(writer.Take(), "{\"k\xef\xbf\xbd\":\"a\xef\xbf\xbd\"}");
}

TEST(JsonWriterDeathTest, CallsMustNest) {
  EXPECT_DEATH(JsonWriter().BeginObject().String("no key"), "check failed");
  EXPECT_DEATH(JsonWriter().BeginObject().Key("a").Key("b"), "check failed");
  EXPECT_DEATH(JsonWriter().BeginObject().Key("a").EndObject(), "check failed");
  EXPECT_DEATH(JsonWriter().BeginObject().EndArray(), "check failed");
  EXPECT_DEATH(JsonWriter().BeginArray().Key("a"), "check failed");
  EXPECT_DEATH(JsonWriter().Key("a"), "check failed");
  EXPECT_DEATH(JsonWriter().EndObject(), "check failed");
  EXPECT_DEATH(JsonWriter().Int(1).Int(2), "check failed");
  EXPECT_DEATH(JsonWriter().BeginArray().Take(), "check failed");
  EXPECT_DEATH(JsonWriter().Take(), "check failed");
}

}  // namespace
}  // namespace tailrace
