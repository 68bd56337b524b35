#include "command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace tailrace {
namespace {

using Arguments = std::vector<std::string>;

CommandLine Parse(const Arguments& arguments, const Environment& environment = {}) {
  Result<CommandLine> line = ParseCommandLine(arguments, environment);
  EXPECT_TRUE(line.ok()) << line.status().message();
  return line.ok() ? *line : CommandLine{};
}

TEST(CommandLine, ServesAtTheUsualPlacesByDefault) {
  CommandLine line = Parse({});
  EXPECT_EQ(line.action, CommandLine::Action::kServe);
  EXPECT_EQ(line.socket, "/run/docker/plugins/tailrace.sock");
  EXPECT_EQ(line.root, "/var/lib/tailrace");
}

TEST(CommandLine, ArgumentsWinOverTheEnvironment) {
  Environment environment{{"TAILRACE_SOCKET", "/e/s"}, {"TAILRACE_ROOT", "/e/r/"}};
  EXPECT_EQ(Parse({}, environment).socket, "/e/s");
  EXPECT_EQ(Parse({}, environment).root, "/e/r");
  CommandLine line = Parse({"--root", "/a/r", "--socket", "/a/s"}, environment);
  EXPECT_EQ(line.socket, "/a/s");
  EXPECT_EQ(line.root, "/a/r");
  EXPECT_EQ(Parse({}, {{"TAILRACE_SOCKET", ""}}).socket, "/run/docker/plugins/tailrace.sock");
}

TEST(CommandLine, KnowsItsCommands) {
  EXPECT_EQ(Parse({"--help"}).action, CommandLine::Action::kHelp);
  EXPECT_EQ(Parse({"-h"}).action, CommandLine::Action::kHelp);
  EXPECT_EQ(Parse({"--version"}).action, CommandLine::Action::kVersion);
  EXPECT_EQ(Parse({"options"}).action, CommandLine::Action::kOptions);
  EXPECT_EQ(Parse({"options", "--markdown"}).action, CommandLine::Action::kOptionsMarkdown);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  for (const Arguments& arguments : {Arguments{"--sockt", "/s"}, Arguments{"--socket"}, Arguments{"--root", ""},
                                     Arguments{"serve"}, Arguments{"options", "--json"}, Arguments{""}}) {
    Result<CommandLine> line = ParseCommandLine(arguments, {});
    ASSERT_FALSE(line.ok());
    EXPECT_NE(line.status().message().find("--help"), std::string::npos);
  }
}

TEST(CommandLine, EnvironmentIsSplitAtTheFirstEquals) {
  const char* entries[] = {"A=b=c", "NOTHING", "B=", nullptr};
  EXPECT_EQ(EnvironmentOf(entries), (Environment{{"A", "b=c"}, {"B", ""}}));
}

TEST(CommandLine, HelpNamesEveryArgument) {
  for (const char* word : {"--socket", "--root", "--version", "--help", "options", "--markdown", "TAILRACE_OPTS"}) {
    EXPECT_NE(HelpText().find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace tailrace
