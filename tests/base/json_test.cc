#include "base/json.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

JsonDocument MustParse(std::string_view text) {
  auto document = JsonDocument::Parse(text);
  EXPECT_TRUE(document.ok()) << document.status().message();
  return std::move(*document);
}

Status WhyNot(std::string_view text) {
  auto document = JsonDocument::Parse(text);
  return document.ok() ? Status::Ok() : document.status();
}

std::string Nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonParse, ReadsEveryType) {
  auto document = MustParse(R"({"s":"text","i":-5,"t":true,"f":false,"n":null,"a":[1,"2"],"o":{"k":"v"}})");
  JsonView root = document.root();
  EXPECT_TRUE(root.is_object());
  EXPECT_EQ(root.Member("s").AsString(), "text");
  EXPECT_EQ(root.Member("i").AsInt64(), -5);
  EXPECT_EQ(root.Member("t").AsBool(), true);
  EXPECT_EQ(root.Member("f").AsBool(), false);
  EXPECT_TRUE(root.Member("n").is_absent());
  EXPECT_EQ(root.Member("a").Elements().size(), 2u);
  EXPECT_EQ(root.Member("a").Elements()[1].AsString(), "2");
  EXPECT_EQ(root.Member("o").Member("k").AsString(), "v");
}

TEST(JsonParse, AskingForTheWrongTypeGivesNothing) {
  auto document = MustParse(R"({"s":"5","i":5,"n":null})");
  JsonView root = document.root();
  EXPECT_EQ(root.Member("s").AsInt64(), std::nullopt);
  EXPECT_EQ(root.Member("s").AsBool(), std::nullopt);
  EXPECT_EQ(root.Member("i").AsString(), std::nullopt);
  EXPECT_EQ(root.Member("n").AsString(), std::nullopt);
  EXPECT_EQ(root.AsString(), std::nullopt);
  EXPECT_TRUE(root.Elements().empty());
  EXPECT_TRUE(root.Member("s").Members().empty());
  EXPECT_TRUE(root.Member("s").Member("x").is_absent());
  EXPECT_TRUE(root.Member("absent").Member("x").Member("y").is_absent());
  EXPECT_EQ(root.Member("absent").AsInt64(), std::nullopt);
}

TEST(JsonParse, NamesTypesForMessages) {
  auto document = MustParse(R"({"s":"","i":5,"x":1.5,"t":true,"f":false,"n":null,"a":[],"o":{}})");
  JsonView root = document.root();
  EXPECT_EQ(root.Member("s").type_name(), "a string");
  EXPECT_EQ(root.Member("i").type_name(), "a number");
  EXPECT_EQ(root.Member("x").type_name(), "a number");
  EXPECT_EQ(root.Member("t").type_name(), "true");
  EXPECT_EQ(root.Member("f").type_name(), "false");
  EXPECT_EQ(root.Member("n").type_name(), "null");
  EXPECT_EQ(root.Member("a").type_name(), "an array");
  EXPECT_EQ(root.Member("o").type_name(), "an object");
  EXPECT_EQ(root.Member("z").type_name(), "nothing");
}

TEST(JsonParse, FindsMembersAsGoDoes) {
  auto document = MustParse(R"({"file":"lower","File":"exact","FILE":"upper","Only":"x","twice":1,"twice":2})");
  JsonView root = document.root();
  EXPECT_EQ(root.Member("File").AsString(), "exact");
  EXPECT_EQ(root.Member("fIlE").AsString(), "upper");  // None is exact: the last counts.
  EXPECT_EQ(root.Member("ONLY").AsString(), "x");
  EXPECT_EQ(root.Member("twice").AsInt64(), 2);
}

TEST(JsonParse, GivesMembersInOrder) {
  auto document = MustParse(R"({"b":1,"a":2,"b":3})");
  auto members = document.root().Members();
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].first, "b");
  EXPECT_EQ(members[1].first, "a");
  EXPECT_EQ(members[2].second.AsInt64(), 3);
}

TEST(JsonParse, WholeNumbersAreExactAndOthersAreNone) {
  auto document = MustParse("[9223372036854775807,-9223372036854775808,9223372036854775808,1.0,1e3,-0]");
  auto numbers = document.root().Elements();
  EXPECT_EQ(numbers[0].AsInt64(), INT64_MAX);
  EXPECT_EQ(numbers[1].AsInt64(), INT64_MIN);
  EXPECT_EQ(numbers[2].AsInt64(), std::nullopt);
  EXPECT_EQ(numbers[3].AsInt64(), std::nullopt);
  EXPECT_EQ(numbers[4].AsInt64(), std::nullopt);
  EXPECT_EQ(numbers[5].AsInt64(), 0);
}

TEST(JsonParse, HostileNumbersDoNoHarm) {
  EXPECT_TRUE(WhyNot("0." + std::string(100, '0') + "1e-2147483639").ok());
  // Beyond what a double holds: refused, as Go does.
  EXPECT_EQ(WhyNot("1e999999999999").code(), StatusCode::kInvalid);
  EXPECT_EQ(WhyNot("1" + std::string(100'000, '0')).code(), StatusCode::kInvalid);
}

TEST(JsonParse, DepthIsBounded) {
  EXPECT_TRUE(WhyNot(Nested(64)).ok());
  Status status = WhyNot(Nested(65));
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_NE(status.message().find("nested too deeply"), std::string::npos) << status.message();
  EXPECT_FALSE(WhyNot(std::string(1'000'000, '[')).ok());
  EXPECT_TRUE(WhyNot("[" + Nested(63) + "," + Nested(63) + "]").ok());  // Depth, not count.
}

TEST(JsonParse, SaysWhereAndWhyItFailed) {
  EXPECT_EQ(WhyNot(R"({"a":tru})").message(), "parse JSON: at byte 8: Invalid value.");
  EXPECT_EQ(WhyNot("").code(), StatusCode::kInvalid);
  EXPECT_EQ(WhyNot("  ").code(), StatusCode::kInvalid);
}

TEST(JsonParse, TextAfterTheValueIsRefused) {
  EXPECT_TRUE(WhyNot("{} \n\t").ok());
  EXPECT_FALSE(WhyNot("{}{}").ok());
  EXPECT_FALSE(WhyNot("{} x").ok());
  EXPECT_FALSE(WhyNot(std::string_view("{}\0{", 4)).ok());
  EXPECT_FALSE(WhyNot(std::string_view("{}\0", 3)).ok());
  EXPECT_FALSE(WhyNot("\xef\xbb\xbf{}").ok());
}

TEST(JsonParse, WhatIsNotUtf8IsRefused) {
  EXPECT_TRUE(WhyNot("\"caf\xc3\xa9\"").ok());
  for (const char* bad : {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "{\"\xff\":1}", "\"\\ud800\"",
                          "\"\\udc00\"", "\"\\ud800\\u0041\"", "{\"\\udc00\":1}"}) {
    EXPECT_EQ(WhyNot(bad).code(), StatusCode::kInvalid) << bad;
  }
}

TEST(JsonParse, EscapesAreUndone) {
  auto document = MustParse("\"\\u00e9\\ud83d\\ude00\\n\\u0000\\/\"");
  EXPECT_EQ(document.root().AsString(), std::string("\xc3\xa9\xf0\x9f\x98\x80\n\0/", 9));
}

TEST(JsonParse, EveryTruncationIsRefused) {
  const std::string text = R"({"Info":{"Config":{"a":"b\u00e9"},"n":[1,-2.5e3,true,null]},"File":"/run/x"})";
  EXPECT_TRUE(WhyNot(text).ok());
  for (size_t n = 0; n < text.size(); ++n) {
    EXPECT_EQ(WhyNot(std::string_view(text).substr(0, n)).code(), StatusCode::kInvalid) << n;
  }
}

TEST(JsonParse, NoFlippedByteDoesHarm) {
  const std::string text = R"({"a":"b\u00e9","n":[1,-2.5e3,true,null]})";
  for (size_t i = 0; i < text.size() * 256; ++i) {
    std::string changed = text;
    changed[i / 256] = static_cast<char>(i % 256);
    auto document = JsonDocument::Parse(changed);
    if (document.ok()) document->root().Member("a").AsString();
  }
}

TEST(JsonParse, ADocumentMovesWithItsViews) {
  auto document = MustParse(R"({"a":"b"})");
  JsonView view = document.root().Member("a");
  JsonDocument moved = std::move(document);
  EXPECT_EQ(view.AsString(), "b");
  EXPECT_EQ(moved.root().Member("a").AsString(), "b");
}

}  // namespace
}  // namespace tailrace
