#include "base/json_sax.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

// Writes down what it is told.
class Recorder final : public JsonEvents {
 public:
  bool OnNull() override { return Add("null"); }
  bool OnBool(bool value) override { return Add(value ? "true" : "false"); }
  bool OnNumber(std::string_view text) override { return Add("#" + std::string(text)); }
  bool OnString(std::string_view value) override { return Add("'" + std::string(value) + "'"); }
  bool OnKey(std::string_view name) override { return Add(std::string(name) + ":") && name != refused; }
  bool OnBeginObject() override { return Add("{"); }
  bool OnEndObject() override { return Add("}"); }
  bool OnBeginArray() override { return Add("["); }
  bool OnEndArray() override { return Add("]"); }

  std::string told;
  std::string_view refused = "refused";

 private:
  bool Add(const std::string& event) {
    told += event + " ";
    return true;
  }
};

std::string Told(std::string_view text) {
  Recorder recorder;
  const Status status = ParseJsonEvents(text, recorder);
  EXPECT_TRUE(status.ok()) << status.message();
  return recorder.told;
}

bool IsRefused(std::string_view text) {
  Recorder recorder;
  return !ParseJsonEvents(text, recorder).ok();
}

TEST(JsonSax, TellsEveryTypeInOrder) {
  EXPECT_EQ(Told(R"({"a":[1,-2.5e3,null],"b":{"c":"x\u00e9\n"},"d":true,"e":false})"),
            "{ a: [ #1 #-2.5e3 null ] b: { c: 'x\xc3\xa9\n' } d: true e: false } ");
}

TEST(JsonSax, ANumberThatNoTypeHoldsIsJustText) {
  EXPECT_EQ(Told("[1e-2147483639,0.00000000000001e-2147483639,123456789012345678901234567890]"),
            "[ #1e-2147483639 #0.00000000000001e-2147483639 #123456789012345678901234567890 ] ");
}

TEST(JsonSax, BytesThatAreNotUtf8AreHandedOn) { EXPECT_EQ(Told("\"a\xff\""), "'a\xff' "); }

TEST(JsonSax, WhatIsNotOneValueIsRefused) {
  for (std::string_view text : {"", " ", "{", "[1,]", "{}{}", "{\"a\" 1}", "nul", "<html>", "\"a", "[1", "{\"a\":}"}) {
    EXPECT_TRUE(IsRefused(text)) << text;
  }
  EXPECT_TRUE(IsRefused(std::string_view("{}\0{}", 5)));
  EXPECT_FALSE(IsRefused(" {} \n"));
}

TEST(JsonSax, DepthIsBoundedAndDoesNotRecurse) {
  auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_FALSE(IsRefused(nested(kJsonEventsDepthMax)));
  EXPECT_TRUE(IsRefused(nested(kJsonEventsDepthMax + 1)));
  EXPECT_TRUE(IsRefused(std::string(1'000'000, '[')));
}

TEST(JsonSax, AHandlerThatSaysFalseEndsIt) { EXPECT_TRUE(IsRefused(R"({"refused":1})")); }

TEST(JsonSax, EveryCutIsRefused) {
  const std::string text = R"({"a":[1,{"b":"c\u1234"}],"d":null})";
  for (size_t bytes = 0; bytes < text.size(); ++bytes) EXPECT_TRUE(IsRefused(text.substr(0, bytes))) << bytes;
}

}  // namespace
}  // namespace tailrace
