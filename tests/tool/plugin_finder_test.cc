#include "tool/plugin_finder.h"

#include <gtest/gtest.h>

#include "tests/tool/served_plugin.h"
#include "tests/tool/tool_rig.h"

namespace tailrace {
namespace {

TEST(PluginFinder, TakesTheOneThatIsNamed) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  const Result<FoundPlugin> found = FindPlugin(rig.tool, rig.dir / "s");
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->socket, rig.dir / "s");
  EXPECT_EQ(found->snapshot.version, "1.2.3");
  EXPECT_GT(found->process, 0);
}

TEST(PluginFinder, SaysWhatToDoWhenItDoesNotAnswer) {
  ToolRig rig;
  const Result<FoundPlugin> found = FindPlugin(rig.tool, rig.dir / "s");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(ExitFor(found.status()), ToolExit::kNoPlugin);
  EXPECT_NE(found.status().message().find("docker plugin ls"), std::string::npos);
}

TEST(PluginFinder, WhatSpeaksAnotherLanguageIsNoPlugin) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  Result<std::unique_ptr<Listener>> silent = Listener::Open(rig.dir / "other");
  ASSERT_TRUE(silent.ok());
  SystemClock clock;
  MemoryLog log;
  HttpServer server(std::move(*silent), {}, clock, log);
  server.Start();
  const Result<FoundPlugin> found = FindPlugin(rig.tool, rig.dir / "other");
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.status().message().find("it answers with status 404"), std::string::npos);
}

TEST(PluginFinder, EveryErrorHasItsExit) {
  EXPECT_EQ(ExitFor(Status::Ok()), ToolExit::kFine);
  EXPECT_EQ(ExitFor(Invalid("x")), ToolExit::kUsage);
  EXPECT_EQ(ExitFor(NotFound("x")), ToolExit::kNoPlugin);
  EXPECT_EQ(ExitFor(Corrupt("x")), ToolExit::kTrouble);
}

}  // namespace
}  // namespace tailrace
