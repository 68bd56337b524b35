#include "tool/dead_command.h"

#include <gtest/gtest.h>

#include "tests/tool/dead_rig.h"

namespace tailrace {
namespace {

using Action = DeadCommand::Action;

class DeadCommandTest : public testing::Test {
 protected:
  ToolExit Run(DeadCommand command) {
    rig_.out.clear();
    rig_.err.clear();
    command.query.root = rig_.root;
    return RunDead(rig_.tool, command);
  }
  DeadRig rig_;
};

TEST_F(DeadCommandTest, NothingThereIsFine) {
  for (Action action : {Action::kList, Action::kShow, Action::kExport}) {
    EXPECT_EQ(Run({.action = action}), ToolExit::kFine);
    EXPECT_EQ(rig_.out, "");
    EXPECT_EQ(rig_.err, "no dead letters in " + rig_.root + "/dead\n");
  }
}

TEST_F(DeadCommandTest, ListsShowsAndExports) {
  rig_.Write({SampleLetter(1, "es", "why", 1), SampleLetter(2, "es", "why", 2)});
  rig_.Write({SampleLetter(2, "es", "why", 3)});
  EXPECT_EQ(Run({.action = Action::kList}), ToolExit::kFine);
  EXPECT_NE(rig_.out.find("\n2 letters in " + rig_.root + "/dead\n"), std::string::npos) << rig_.out;
  EXPECT_EQ(Run({.action = Action::kShow, .limit = 1}), ToolExit::kFine);
  EXPECT_NE(rig_.out.find("line 2"), std::string::npos);
  EXPECT_EQ(rig_.out.find("line 1"), std::string::npos);
  EXPECT_EQ(Run({.action = Action::kExport}), ToolExit::kFine);
  EXPECT_EQ(rig_.out, "{\"message\":\"id-1\"}\n{\"message\":\"id-2\"}\n");
  EXPECT_EQ(Run({.action = Action::kExport, .query = {.slot = "http"}}), ToolExit::kFine);
  EXPECT_EQ(rig_.out, "");
  for (Action action : {Action::kList, Action::kShow}) {
    Run({.action = action});
    EXPECT_EQ(rig_.out.find("hush"), std::string::npos);
  }
}

TEST_F(DeadCommandTest, WhatHasNoBulkFormIsCounted) {
  DeadLetter text = SampleLetter(1, "http", "why", 1);
  text.document = "plain\n";
  rig_.Write({text, SampleLetter(2, "http", "why", 2)});
  EXPECT_EQ(Run({.action = Action::kExport, .format = ExportFormat::kBulk}), ToolExit::kTrouble);
  EXPECT_EQ(rig_.out, SampleLetter(2, "http", "why", 2).document);
  EXPECT_NE(rig_.err.find("1 letters have no such form"), std::string::npos) << rig_.err;
}

TEST_F(DeadCommandTest, RootThatIsNoSpoolIsSaidSo) {
  DeadCommand command;
  command.query.root = rig_.dir.path();
  EXPECT_EQ(RunDead(rig_.tool, command), ToolExit::kNoPlugin);
  EXPECT_NE(rig_.err.find("is no spool"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
