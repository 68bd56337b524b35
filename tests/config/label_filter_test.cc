#include "config/label_filter.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using Map = std::map<std::string, std::string>;

const Map kLabels{{"com.example.team", "shop"}, {"com.example.tier", "web"}, {"other", "1"}, {" spaced", "2"}};
const std::vector<std::string> kEnv{"HOME=/root", "APP_MODE=prod", "APP_KEY=a=b", "NOEQUALS", "APP_MODE=last", "=x"};

LabelFilter Filter(const LabelFilter::Choice& labels, const LabelFilter::Choice& env) {
  Result<LabelFilter> filter = LabelFilter::Make(labels, env);
  EXPECT_TRUE(filter.ok());
  return std::move(*filter);
}

TEST(LabelFilter, ChoosesNothingByItself) {
  EXPECT_TRUE(LabelFilter().ChooseLabels(kLabels).empty());
  EXPECT_TRUE(LabelFilter().ChooseEnv(kEnv).empty());
  EXPECT_TRUE(Filter({}, {}).ChooseLabels(kLabels).empty());
  EXPECT_TRUE(Filter({}, {}).ChooseEnv(kEnv).empty());
}

TEST(LabelFilter, NamesAreExactAndBlanksBelongToThem) {
  LabelFilter filter = Filter({"other,com.example.team, spaced,absent,,OTHER", ""}, {});
  EXPECT_EQ(filter.ChooseLabels(kLabels), (Map{{"other", "1"}, {"com.example.team", "shop"}, {" spaced", "2"}}));
  EXPECT_EQ(Filter({"other, com.example.team", ""}, {}).ChooseLabels(kLabels), (Map{{"other", "1"}}));
}

TEST(LabelFilter, PatternsMatchAnywhereInTheName) {
  EXPECT_EQ(Filter({"", "example"}, {}).ChooseLabels(kLabels).size(), 2u);
  EXPECT_EQ(Filter({"", "^com\\.example\\.t(ier)$"}, {}).ChooseLabels(kLabels), (Map{{"com.example.tier", "web"}}));
  EXPECT_EQ(Filter({"other", "tier"}, {}).ChooseLabels(kLabels).size(), 2u);
}

TEST(LabelFilter, EnvironmentIsSplitAtTheFirstEqualsAndTheLastOfANameWins) {
  LabelFilter filter = Filter({}, {"HOME,NOEQUALS", "^APP_"});
  EXPECT_EQ(filter.ChooseEnv(kEnv), (Map{{"HOME", "/root"}, {"APP_MODE", "last"}, {"APP_KEY", "a=b"}}));
}

TEST(LabelFilter, RefusesWhatRe2Refuses) {
  for (const char* pattern : {"(", "[", "a**", "(?=x)", "\\1", "x{1001}", "\xff"}) {
    EXPECT_FALSE(CheckRegex(pattern).ok()) << pattern;
    EXPECT_FALSE(LabelFilter::Make({"", pattern}, {}).ok()) << pattern;
    EXPECT_FALSE(LabelFilter::Make({}, {"", pattern}).ok()) << pattern;
  }
  EXPECT_EQ(CheckRegex("a(b").message(), "not a regular expression as RE2 takes it: missing )");
}

TEST(LabelFilter, PatternsMadeToExplodeDoNot) {
  EXPECT_FALSE(CheckRegex("((((a{100}){100}){100}){100})").ok());
  EXPECT_FALSE(CheckRegex(std::string(5000, 'a')).ok());
  EXPECT_FALSE(CheckRegex(std::string(4000, '(')).ok());
  Map labels{{std::string(10'000, 'a') + "!", "x"}};
  EXPECT_TRUE(Filter({"", "^(a+)+$"}, {}).ChooseLabels(labels).empty());
}

}  // namespace
}  // namespace tailrace
