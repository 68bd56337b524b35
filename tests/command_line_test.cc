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

TEST(CommandLine, StatusLooksWhereItIsToldTo) {
  EXPECT_EQ(Parse({"status"}).action, CommandLine::Action::kStatus);
  EXPECT_EQ(Parse({"status"}).status.socket, std::nullopt);
  EXPECT_FALSE(Parse({"status"}).status.is_json);
  EXPECT_EQ(Parse({"status"}, {{"TAILRACE_SOCKET", "/e/s"}}).status.socket, "/e/s");
  const CommandLine line = Parse({"status", "--socket", "/a/s", "--json"}, {{"TAILRACE_SOCKET", "/e/s"}});
  EXPECT_EQ(line.status.socket, "/a/s");
  EXPECT_TRUE(line.status.is_json);
}

TEST(CommandLine, DeadTakesWhatEachOfItsCommandsKnows) {
  const CommandLine list = Parse({"dead", "list"});
  EXPECT_EQ(list.action, CommandLine::Action::kDead);
  EXPECT_EQ(list.dead.action, DeadCommand::Action::kList);
  EXPECT_EQ(list.dead.query.root, std::nullopt);
  EXPECT_EQ(Parse({"dead", "list"}, {{"TAILRACE_ROOT", "/e/r/"}}).dead.query.root, "/e/r");
  const CommandLine show = Parse({"dead", "show", "--slot", "es", "--limit", "0", "--root", "/r"});
  EXPECT_EQ(show.dead.action, DeadCommand::Action::kShow);
  EXPECT_EQ(show.dead.query.slot, "es");
  EXPECT_EQ(show.dead.limit, 0u);
  EXPECT_EQ(show.dead.query.root, "/r");
  EXPECT_EQ(Parse({"dead", "show"}).dead.limit, NewestDead::kDefault);
  const CommandLine exported = Parse({"dead", "export", "--format", "bulk", "--socket", "/s"});
  EXPECT_EQ(exported.dead.action, DeadCommand::Action::kExport);
  EXPECT_EQ(exported.dead.format, ExportFormat::kBulk);
  EXPECT_EQ(exported.dead.query.socket, "/s");
  EXPECT_EQ(Parse({"dead", "export"}).dead.format, ExportFormat::kNdjson);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  for (const Arguments& arguments : {Arguments{"--sockt", "/s"}, Arguments{"--socket"}, Arguments{"--root", ""},
                                     Arguments{"serve"}, Arguments{"options", "--json"}, Arguments{""},
                                     Arguments{"status", "--root", "/r"}, Arguments{"status", "x"}, Arguments{"dead"},
                                     Arguments{"dead", "lst"}, Arguments{"dead", "list", "--limit", "1"},
                                     Arguments{"dead", "show", "--limit", "x"}, Arguments{"dead", "show", "--limit"},
                                     Arguments{"dead", "export", "--format", "xml"}, Arguments{"dead", "list", "--slot"}}) {
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
  for (const char* word : {"--socket", "--root", "--version", "--help", "options", "--markdown", "TAILRACE_OPTS", "status",
                           "--json", "dead list", "dead show", "--limit", "dead export", "--format", "--slot"}) {
    EXPECT_NE(HelpText().find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace tailrace
