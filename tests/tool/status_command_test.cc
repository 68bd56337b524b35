#include "tool/status_command.h"

#include <gtest/gtest.h>

#include "status/status_json.h"
#include "tests/tool/served_plugin.h"
#include "tests/tool/tool_rig.h"

namespace tailrace {
namespace {

TEST(StatusCommand, MeasuresBetweenTwoSnapshots) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  EXPECT_EQ(RunStatus(rig.tool, {.socket = rig.dir / "s"}), ToolExit::kTrouble);  // The sample holds something.
  EXPECT_EQ(rig.waited, kStatusInterval);
  EXPECT_EQ(plugin.asked(), 2);
  EXPECT_NE(rig.out.find("es https://es:9200        ok           3  1,234,760      100"), std::string::npos) << rig.out;
  EXPECT_EQ(rig.err, "");
}

TEST(StatusCommand, AllIsWell) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  StatusSnapshot fine = SampleSnapshot();
  fine.delivery.destinations.pop_back();
  fine.containers.clear();
  plugin.Set(fine);
  EXPECT_EQ(RunStatus(rig.tool, {.socket = rig.dir / "s"}), ToolExit::kFine);
}

TEST(StatusCommand, JsonIsThePluginsOwn) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  EXPECT_EQ(RunStatus(rig.tool, {.socket = rig.dir / "s", .is_json = true}), ToolExit::kTrouble);
  const Result<StatusSnapshot> shown = DecodeStatus(rig.out);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(EncodeStatus(*shown), rig.out);
}

TEST(StatusCommand, NoPluginHasItsOwnExit) {
  ToolRig rig;
  EXPECT_EQ(RunStatus(rig.tool, {.socket = rig.dir / "s"}), ToolExit::kNoPlugin);
  EXPECT_EQ(rig.out, "");
  EXPECT_NE(rig.err.find("no tailrace plugin answers"), std::string::npos);
  EXPECT_EQ(rig.waited, Nanos(0));
}

}  // namespace
}  // namespace tailrace
