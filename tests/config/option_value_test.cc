#include "config/option_value.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tailrace {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseBytes, ReadsDockersDecimalSizes) {
  EXPECT_EQ(ParseBytes("20m"), 20'000'000u);
  EXPECT_EQ(ParseBytes("20M"), 20'000'000u);
  EXPECT_EQ(ParseBytes("20mb"), 20'000'000u);
  EXPECT_EQ(ParseBytes("20 MB"), 20'000'000u);
  EXPECT_EQ(ParseBytes("1.5g"), 1'500'000'000u);
  EXPECT_EQ(ParseBytes("10k"), 10'000u);
  EXPECT_EQ(ParseBytes("7"), 7u);
  EXPECT_EQ(ParseBytes("7b"), 7u);
  EXPECT_EQ(ParseBytes("2t"), 2'000'000'000'000u);
  EXPECT_EQ(ParseBytes("0"), 0u);
}

TEST(ParseBytes, ReadsBinarySizesWhereTheyAreAskedFor) {
  EXPECT_EQ(ParseBytes("20MiB"), 20u << 20);
  EXPECT_EQ(ParseBytes("1gib"), 1u << 30);
  EXPECT_EQ(ParseBytes("64Ki"), 64u << 10);
}

TEST(ParseBytes, RefusesWhatIsNoSize) {
  for (const char* text : {"",
                           "m",
                           "-1",
                           "+1",
                           "1x",
                           "1mm",
                           "1m2",
                           "20 m b",
                           "0x10",
                           "1e3",
                           ".",
                           "1..5",
                           " 1",
                           "1m ",
                           "ib",
                           "1ib",
                           "nan",
                           "inf",
                           "99999999999999999999",
                           "9300000000000000000",
                           "1.2.3"}) {
    EXPECT_EQ(ParseBytes(text), std::nullopt) << text;
  }
}

TEST(ParseDuration, ReadsGosForms) {
  EXPECT_EQ(ParseDuration("5s"), seconds(5));
  EXPECT_EQ(ParseDuration("100ms"), milliseconds(100));
  EXPECT_EQ(ParseDuration("1m"), minutes(1));
  EXPECT_EQ(ParseDuration("1h30m"), minutes(90));
  EXPECT_EQ(ParseDuration("1.5h"), minutes(90));
  EXPECT_EQ(ParseDuration("0"), seconds(0));
  EXPECT_EQ(ParseDuration("0s"), seconds(0));
  EXPECT_EQ(ParseDuration("250us"), std::chrono::microseconds(250));
  EXPECT_EQ(ParseDuration("3ns"), Nanos(3));
  EXPECT_EQ(ParseDuration("24h"), hours(24));
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5sec", "1d", "5s5", "99999999999999h", "1m-1s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(ParseGoBool, KnowsExactlyGosWords) {
  for (const char* text : {"1", "t", "T", "true", "TRUE", "True"}) EXPECT_EQ(ParseGoBool(text), true) << text;
  for (const char* text : {"0", "f", "F", "false", "FALSE", "False"}) EXPECT_EQ(ParseGoBool(text), false) << text;
  for (const char* text : {"", "yes", "on", "tRUE", "2", " true"}) EXPECT_EQ(ParseGoBool(text), std::nullopt) << text;
}

TEST(ParseOptionValue, HoldsBoundsOnBothSides) {
  OptionRow row{.name = "n", .type = OptionType::kCount, .min = 2, .max = 4};
  EXPECT_FALSE(ParseOptionValue(row, "1").ok());
  EXPECT_EQ(*ParseOptionValue(row, "2"), 2u);
  EXPECT_EQ(*ParseOptionValue(row, "4"), 4u);
  EXPECT_FALSE(ParseOptionValue(row, "5").ok());
  EXPECT_EQ(ParseOptionValue(row, "5").status().message(), "out of range; write a value from 2 to 4");
}

TEST(ParseOptionValue, SaysWhatToWriteInstead) {
  OptionRow size{.name = "s", .type = OptionType::kBytes};
  EXPECT_EQ(ParseOptionValue(size, "huge").status().message(),
            "not a size; write a number with k, m or g, such as 20m");
  OptionRow time{.name = "t", .type = OptionType::kDuration, .max = 3'600'000'000'000};
  EXPECT_EQ(ParseOptionValue(time, "5").status().message(),
            "not a time; write a number with its unit, such as 100ms, 5s or 1m");
  EXPECT_EQ(ParseOptionValue(time, "2h").status().message(), "out of range; write a time from 0s to 3600s");
  constexpr std::array<std::string_view, 3> kChoices{"a", "b", "c"};
  OptionRow choice{.name = "e", .type = OptionType::kEnum, .choices = kChoices};
  EXPECT_EQ(ParseOptionValue(choice, "A").status().message(), "unknown choice; write a, b or c");
  EXPECT_EQ(*ParseOptionValue(choice, "c"), 2u);
}

TEST(ParseOptionValue, ChecksUrlsPathsPatternsAndTags) {
  OptionRow url{.name = "u", .type = OptionType::kUrl};
  EXPECT_TRUE(ParseOptionValue(url, "https://host:9200").ok());
  EXPECT_TRUE(ParseOptionValue(url, "http://h").ok());
  for (const char* text : {"", "host:9200", "ftp://host", "https://", "https:///x"}) {
    EXPECT_FALSE(ParseOptionValue(url, text).ok()) << text;
  }
  OptionRow address{.name = "a", .type = OptionType::kAddress};
  EXPECT_TRUE(ParseOptionValue(address, ":9123").ok());
  EXPECT_FALSE(ParseOptionValue(address, "9123").ok());
  OptionRow path{.name = "p", .type = OptionType::kPath};
  EXPECT_TRUE(ParseOptionValue(path, "/files/ca.pem").ok());
  EXPECT_FALSE(ParseOptionValue(path, "ca.pem").ok());
  OptionRow pattern{.name = "r", .type = OptionType::kRegex};
  EXPECT_TRUE(ParseOptionValue(pattern, "^com\\.").ok());
  EXPECT_FALSE(ParseOptionValue(pattern, "(").ok());
  OptionRow tag{.name = "tag", .type = OptionType::kTag};
  EXPECT_TRUE(ParseOptionValue(tag, "{{.Name}}").ok());
  EXPECT_FALSE(ParseOptionValue(tag, "{{.Nam}}").ok());
}

TEST(ParseOptionValue, ReasonsNeverHoldTheValue) {
  const std::string secret = "hunter2hunter2";
  for (int type = 0; type <= static_cast<int>(OptionType::kPath); ++type) {
    OptionRow row{.name = "n", .type = static_cast<OptionType>(type), .min = 1, .max = 2};
    for (const std::string& value : {secret, "(" + secret, "{{" + secret, "{{" + secret + "}}", "[" + secret}) {
      Result<uint64_t> outcome = ParseOptionValue(row, value);
      if (outcome.ok()) continue;
      EXPECT_EQ(outcome.status().message().find(secret), std::string::npos) << type;
    }
  }
}

TEST(ParseOptionValue, RefusesOversizedValues) {
  OptionRow text{.name = "x", .type = OptionType::kText};
  EXPECT_TRUE(ParseOptionValue(text, std::string(kOptionValueBytesMax, 'a')).ok());
  EXPECT_FALSE(ParseOptionValue(text, std::string(kOptionValueBytesMax + 1, 'a')).ok());
}

TEST(EnvironmentName, IsTheNameInCapitals) {
  EXPECT_EQ(EnvironmentName("max-size"), "TAILRACE_MAX_SIZE");
  EXPECT_EQ(EnvironmentName("http.audit-url"), "TAILRACE_HTTP_AUDIT_URL");
}

}  // namespace
}  // namespace tailrace
