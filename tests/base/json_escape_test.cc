#include "base/json_escape.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/utf8.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

std::string Escaped(std::string_view text) {
  std::string out = "before";
  AppendJsonEscaped(out, text);
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

// The slow way: repair, then escape character by character.
std::string Reference(std::string_view text) {
  std::string out;
  for (char c : Utf8Repaired(text)) {
    const auto byte = static_cast<unsigned char>(c);
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        if (byte < 0x20) {
          char code[8];
          std::snprintf(code, sizeof(code), "\\u%04x", byte);
          out += code;
        } else {
          out += c;
        }
    }
  }
  return out;
}

// Real parsers must read it back as the repaired text.
void ExpectReadBack(std::string_view text) {
  auto document = JsonDocument::Parse(JsonQuoted(text));
  ASSERT_TRUE(document.ok()) << document.status().message();
  EXPECT_EQ(document->root().AsString(), Utf8Repaired(text));
}

TEST(JsonEscape, EveryByteAtEveryPlaceOfABlock) {
  for (size_t length : {1u, 7u, 15u, 16u, 17u, 31u, 32u, 33u, 47u, 64u, 65u}) {
    for (size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(Escaped(text), Reference(text)) << length << " " << at << " " << byte;
      }
    }
  }
}

TEST(JsonEscape, EveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{'x', static_cast<char>(a), static_cast<char>(b), 'y'};
      ASSERT_EQ(Escaped(text), Reference(text)) << a << " " << b;
    }
  }
}

TEST(JsonEscape, WhatIsNotUtf8IsReplacedAndTheRestIsKept) {
  const std::string kBad = "\xef\xbf\xbd";
  EXPECT_EQ(Escaped("a\xff" "b"), "a" + kBad + "b");
  EXPECT_EQ(Escaped("\xed\xa0\x80"), kBad + kBad + kBad);         // half a surrogate pair
  EXPECT_EQ(Escaped("\xc0\xaf"), kBad + kBad);                    // overlong
  EXPECT_EQ(Escaped("\xf4\x90\x80\x80"), kBad + kBad + kBad + kBad);  // beyond U+10FFFF
  EXPECT_EQ(Escaped("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(Escaped("cut \xe2\x82"), "cut " + kBad + kBad);
  EXPECT_EQ(Escaped("\x1b[31mred\x1b[0m\x7f"), "\\u001b[31mred\\u001b[0m\x7f");
  EXPECT_EQ(Escaped(std::string_view("a\0b", 3)), "a\\u0000b");
}

std::string RandomLine(SeededRandom& random) {
  static const std::vector<std::string> kPieces = {
      "plain text ", "\xc3\xa9",     "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\"", "\\",      "\n",
      "\x1b[0m",     "\xed\xa0\x80", "\xff",         "\xe2\x82",         "a",  "\xf0\x9f"};
  std::string line;
  const size_t pieces = random.Next64() % 80;
  for (size_t i = 0; i < pieces; ++i) {
    if (random.Next64() % 8 == 0) {
      line += static_cast<char>(random.Next64());
    } else {
      line += kPieces[random.Next64() % kPieces.size()];
    }
  }
  return line;
}

TEST(JsonEscape, RandomLinesAgreeWithTheSlowWayAndAParser) {
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = RandomLine(random);
    ASSERT_EQ(Escaped(line), Reference(line));
    ExpectReadBack(line);
  }
}

TEST(JsonEscape, LongLinesOfNothingButEscapesComeOutWhole) {
  for (const std::string& piece :
       {std::string("\0", 1), std::string("\""), std::string("\xff"), std::string("\xe2\x82\xac")}) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += piece;
    ASSERT_EQ(Escaped(text), Reference(text));
  }
}

TEST(JsonEscape, AllKindsOfCpuAgree) {
  SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string line = RandomLine(random);
    if (random.Next64() % 2 == 0) line = std::string(random.Next64() % 100, 'p') + line;
    const size_t plain = internal::PlainBytesPortable(line.data(), line.size());
    ASSERT_EQ(internal::PlainBytesSse2(line.data(), line.size()), plain);
    if (internal::HasAvx2()) {
      ASSERT_EQ(internal::PlainBytesAvx2(line.data(), line.size()), plain);
    }
  }
}

}  // namespace
}  // namespace tailrace
