#include "config/options.h"

#include <gtest/gtest.h>

#include "sinks/registry.h"

namespace tailrace {
namespace {

using Map = std::map<std::string, std::string>;
using std::chrono::seconds;

class Options : public testing::Test {
 protected:
  Result<ContainerOptions> Parse(const Map& config) { return ParseContainerOptions(table_, config, plugin_); }
  std::string Problem(const Map& config) {
    Result<ContainerOptions> options = Parse(config);
    EXPECT_FALSE(options.ok());
    if (options.ok()) return "";
    EXPECT_EQ(options.status().code(), StatusCode::kInvalid);
    return options.status().message();
  }
  void SetEnvironment(const Environment& environment) { plugin_ = ParsePluginOptions(table_, environment); }

  OptionTable table_{SinkOptionRows()};
  PluginOptions plugin_ = ParsePluginOptions(table_, {});
};

TEST_F(Options, NoOptionAtAllIsTheDefault) {
  Result<ContainerOptions> options = Parse({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->max_size_bytes, 20'000'000u);
  EXPECT_EQ(options->max_file, 5u);
  EXPECT_FALSE(options->compress);
  EXPECT_EQ(options->spool_backlog_bytes, 1u << 30);
  EXPECT_EQ(options->spool_full, WhenFull::kDropOldest);
  EXPECT_EQ(options->spool_block_max, seconds(60));
  EXPECT_EQ(options->tag.Render({.container_id = "0123456789abcdef"}), "0123456789ab");
  EXPECT_TRUE(options->frozen.empty());
}

TEST_F(Options, ReadsEveryOptionOfAContainer) {
  Result<ContainerOptions> options = Parse({{"max-size", "1m"},
                                            {"max-file", "2"},
                                            {"compress", "t"},
                                            {"spool-backlog", "5m"},
                                            {"spool-full", "block"},
                                            {"spool-block-max", "0"},
                                            {"tag", "x{{.Name}}"},
                                            {"labels", "a"},
                                            {"env-regex", "^B"}});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->max_size_bytes, 1'000'000u);
  EXPECT_EQ(options->max_file, 2u);
  EXPECT_TRUE(options->compress);
  EXPECT_EQ(options->spool_backlog_bytes, 5'000'000u);
  EXPECT_EQ(options->spool_full, WhenFull::kBlock);
  EXPECT_EQ(options->spool_block_max, seconds(0));
  EXPECT_EQ(options->tag.Render({.container_name = "/n"}), "xn");
  EXPECT_EQ(options->filter.ChooseLabels({{"a", "1"}, {"b", "2"}}), (Map{{"a", "1"}}));
  EXPECT_EQ(options->filter.ChooseEnv({"A=1", "B=2"}), (Map{{"B", "2"}}));
  EXPECT_EQ(options->frozen.size(), 9u);
  EXPECT_EQ(options->frozen["max-size"], (OptionValue{"1m", false}));
}

TEST_F(Options, UnknownOptionNamesTheNearest) {
  EXPECT_EQ(
      Problem({{"max-sise", "20m"}}),
      "unknown log-opt 'max-sise'; did you mean 'max-size'? `tailrace options` lists all options of this version");
  EXPECT_EQ(Problem({{"splunk-url", "https://user:hunter2@es:9200"}}),
            "unknown log-opt 'splunk-url'; `tailrace options` lists all options of this version");
}

TEST_F(Options, BadValueSaysWhatToWrite) {
  EXPECT_EQ(Problem({{"max-size", "20x"}}),
            "log-opt max-size='20x': not a size; write a number with k, m or g, such as 20m");
  EXPECT_EQ(Problem({{"max-size", "0"}}),
            "log-opt max-size='0': out of range; write a value from 1 to 1000000000000000 bytes");
  EXPECT_EQ(Problem({{"max-file", "0"}}), "log-opt max-file='0': out of range; write a value from 1 to 10000");
  EXPECT_EQ(Problem({{"spool-full", "drop"}}),
            "log-opt spool-full='drop': unknown choice; write drop-oldest, drop-newest or block");
  EXPECT_EQ(Problem({{"labels-regex", "("}}),
            "log-opt labels-regex='(': not a regular expression as RE2 takes it: missing )");
  EXPECT_NE(Problem({{"tag", "{{.Nmae}}"}}).find("{{.Name}}"), std::string::npos);
}

// Trap 39: these three are Docker's own names too; they read as its local driver reads them.
TEST_F(Options, MaxSizeMaxFileAndCompressReadAsDockersLocalDriver) {
  EXPECT_EQ(Parse({{"max-size", "10m"}})->max_size_bytes, 10'000'000u);
  EXPECT_TRUE(Parse({{"compress", "true"}}).ok());
  EXPECT_TRUE(Parse({{"compress", "true"}, {"max-file", "2"}}).ok());
  EXPECT_TRUE(Parse({{"compress", "false"}, {"max-file", "1"}}).ok());
  EXPECT_EQ(Problem({{"compress", "true"}, {"max-file", "1"}}),
            "log-opt compress needs max-file of 2 or more, since the newest file is never compressed; write max-file=2 "
            "or compress=false");
  EXPECT_FALSE(Parse({{"compress", "yes"}}).ok());
  EXPECT_FALSE(Parse({{"max-size", "-1"}}).ok());
}

TEST_F(Options, OptionOfThePluginSaysWhereItBelongs) {
  EXPECT_EQ(Problem({{"spool-limit", "1g"}}),
            "log-opt 'spool-limit' is an option of the whole plugin, not of a container; set it by `docker plugin set "
            "tailrace TAILRACE_SPOOL_LIMIT=...`");
}

TEST_F(Options, DockerdsOwnOptionsPass) {
  Result<ContainerOptions> options = Parse({{"mode", "non-blocking"},
                                            {"max-buffer-size", "4m"},
                                            {"cache-disabled", "true"},
                                            {"cache-max-size", "?"},
                                            {"cache-max-file", "?"},
                                            {"cache-compress", "?"}});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->frozen.empty());
}

TEST_F(Options, InheritsFromThePluginAndSaysSo) {
  SetEnvironment({{"TAILRACE_MAX_SIZE", "7m"}, {"TAILRACE_OPTS", "max-file=3 max-size=1m"}});
  Result<ContainerOptions> options = Parse({});
  EXPECT_EQ(options->max_size_bytes, 7'000'000u);  // The variable of its own wins over TAILRACE_OPTS.
  EXPECT_EQ(options->max_file, 3u);
  EXPECT_EQ(options->frozen["max-size"], (OptionValue{"7m", true}));
  options = Parse({{"max-size", "9m"}});
  EXPECT_EQ(options->max_size_bytes, 9'000'000u);  // The container's own value wins over both.
  EXPECT_EQ(options->frozen["max-size"], (OptionValue{"9m", false}));
  EXPECT_EQ(options->frozen["max-file"], (OptionValue{"3", true}));
}

TEST_F(Options, InheritedCompressNeverFailsAContainer) {
  SetEnvironment({{"TAILRACE_COMPRESS", "true"}});
  EXPECT_TRUE(Parse({})->compress);
  Result<ContainerOptions> options = Parse({{"max-file", "1"}});
  ASSERT_TRUE(options.ok());
  EXPECT_FALSE(options->compress);
}

TEST_F(Options, LenientReadingKeepsWhatIsGoodAndAllAsItWasWritten) {
  ReadOptionsOutcome outcome =
      ReadContainerOptions(table_, {{"max-size", "bad"}, {"max-file", "2"}, {"gone", "x"}}, plugin_);
  EXPECT_EQ(outcome.problems.size(), 2u);
  EXPECT_EQ(outcome.options.max_size_bytes, 20'000'000u);
  EXPECT_EQ(outcome.options.max_file, 2u);
  EXPECT_EQ(outcome.options.frozen["max-size"], (OptionValue{"bad", false}));
  EXPECT_EQ(outcome.options.frozen["gone"], (OptionValue{"x", false}));
}

TEST_F(Options, SecretsAreNeverShown) {
  OptionRow row{.name = "es-port", .type = OptionType::kCount, .help = "x", .secret = true};
  OptionTable table({&row, 1});
  Result<ContainerOptions> options = ParseContainerOptions(table, {{"es-port", "hunter2"}}, plugin_);
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.status().message(), "log-opt es-port: not a whole number; write digits only, such as 5");
}

TEST_F(Options, HostileNamesAndValuesAreShownTame) {
  std::string problem = Problem({{"max-size", std::string("\x1b[31m\n") + std::string(1000, 'x')}});
  EXPECT_EQ(problem.find('\n'), std::string::npos);
  EXPECT_EQ(problem.find('\x1b'), std::string::npos);
  EXPECT_LT(problem.size(), 300u);
  EXPECT_LT(Problem({{std::string(1'000'000, 'n'), "v"}}).size(), 300u);
}

}  // namespace
}  // namespace tailrace
