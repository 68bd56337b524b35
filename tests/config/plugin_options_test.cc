#include "config/plugin_options.h"

#include <gtest/gtest.h>

#include "sinks/registry.h"

namespace tailrace {
namespace {

using Words = std::vector<std::string>;
using std::chrono::seconds;

PluginOptions Parse(const Environment& environment) {
  return ParsePluginOptions(OptionTable(SinkOptionRows()), environment);
}

TEST(SplitWords, BlanksSeparateAndQuotesHoldTogether) {
  EXPECT_EQ(SplitWords(""), Words{});
  EXPECT_EQ(SplitWords("  \t\n"), Words{});
  EXPECT_EQ(SplitWords(" a=1  b=2\n"), (Words{"a=1", "b=2"}));
  EXPECT_EQ(SplitWords("a=\"x y\" 'b=z w' c=it\"'\"s"), (Words{"a=x y", "b=z w", "c=it's"}));
  EXPECT_EQ(SplitWords("a= b=\"\" \"\""), (Words{"a=", "b=", ""}));
  EXPECT_EQ(SplitWords("a=\"open b=2"), Words{"a=open b=2"});
}

TEST(PluginOptions, EmptyEnvironmentIsTheDefault) {
  PluginOptions options = Parse({{"PATH", "/bin"}, {"HOME", "/"}, {"TAILRACE_SOCKET", "/s"}, {"TAILRACE_ROOT", "/r"}});
  EXPECT_EQ(options.spool_limit_bytes, std::nullopt);
  EXPECT_EQ(options.spool_free_bytes, std::nullopt);
  EXPECT_EQ(options.spool_sync, seconds(5));
  EXPECT_EQ(options.metrics_address, std::nullopt);
  EXPECT_EQ(options.log_level, LogLevel::kInfo);
  EXPECT_TRUE(options.defaults.empty());
  EXPECT_TRUE(options.warnings.empty());
}

TEST(PluginOptions, ReadsItsVariables) {
  PluginOptions options = Parse({{"TAILRACE_SPOOL_LIMIT", "10g"},
                                 {"TAILRACE_SPOOL_FREE", "0"},
                                 {"TAILRACE_SPOOL_SYNC", "0"},
                                 {"TAILRACE_LOG_LEVEL", "debug"},
                                 {"TAILRACE_METRICS_ADDRESS", ":9123"},
                                 {"TAILRACE_LABELS", "a,b c"}});
  EXPECT_EQ(options.spool_limit_bytes, 10'000'000'000u);
  EXPECT_EQ(options.spool_free_bytes, 0u);
  EXPECT_EQ(options.spool_sync, seconds(0));
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_EQ(options.metrics_address, (HostPort{"", false, 9123}));
  EXPECT_EQ(options.defaults.at("labels"), "a,b c");
  EXPECT_TRUE(options.warnings.empty());
}

TEST(PluginOptions, TheSpecificVariableWinsWhereverItStands) {
  for (bool first : {false, true}) {
    Environment environment{{"TAILRACE_OPTS", "log-level=error spool-sync=1s max-size=1m"}};
    environment.insert(first ? environment.begin() : environment.end(), {"TAILRACE_LOG_LEVEL", "warn"});
    PluginOptions options = Parse(environment);
    EXPECT_EQ(options.log_level, LogLevel::kWarning);
    EXPECT_EQ(options.spool_sync, seconds(1));
    EXPECT_EQ(options.defaults.at("max-size"), "1m");
  }
}

// Trap 11: a bad environment must never end the process.
TEST(PluginOptions, BadValuesAreLeftAtTheirDefaultAndToldWithoutTheValue) {
  PluginOptions options = Parse({{"TAILRACE_SPOOL_SYNC", "hunter2"},
                                 {"TAILRACE_MAX_SIZE", "hunter2"},
                                 {"TAILRACE_METRICS_ADDRESS", "hunter2"},
                                 {"TAILRACE_OPTS", "max-file=hunter2 hunter2 max-fil=3 log-level=loud"},
                                 {"TAILRACE_MAX_SISE", "hunter2"},
                                 {"TAILRACE_ZZZZZZ", "hunter2"}});
  EXPECT_EQ(options.spool_sync, seconds(5));
  EXPECT_EQ(options.log_level, LogLevel::kInfo);
  EXPECT_TRUE(options.defaults.empty());
  ASSERT_EQ(options.warnings.size(), 9u);
  for (const std::string& warning : options.warnings) EXPECT_EQ(warning.find("hunter2"), std::string::npos) << warning;
  EXPECT_EQ(options.warnings[4],
            "TAILRACE_SPOOL_SYNC: not a time; write a number with its unit, such as 100ms, 5s or 1m; it is left at its "
            "default");
  EXPECT_EQ(options.warnings[7], "unknown variable TAILRACE_MAX_SISE; did you mean TAILRACE_MAX_SIZE?");
  EXPECT_EQ(options.warnings[8], "unknown variable TAILRACE_ZZZZZZ");
}

TEST(PluginOptions, AnEmptyValueIsAsIfItWereNotThere) {
  PluginOptions options = Parse({{"TAILRACE_MAX_SIZE", ""}, {"TAILRACE_OPTS", ""}, {"TAILRACE_SPOOL_SYNC", ""}});
  EXPECT_TRUE(options.defaults.empty());
  EXPECT_TRUE(options.warnings.empty());
}

}  // namespace
}  // namespace tailrace
