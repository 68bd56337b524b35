#include "tool/plugin_call.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/tool/served_plugin.h"
#include "tests/tool/tool_rig.h"

namespace tailrace {
namespace {

std::string Answered(const std::string& text) {
  const Result<std::string> body = BodyOfAnswer(text);
  return body.ok() ? "body " + *body : std::string(StatusCodeName(body.status().code()));
}

TEST(PluginCall, BodiesAreTakenFromWholeAnswersOnly) {
  EXPECT_EQ(Answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "body hi");
  EXPECT_EQ(Answered("HTTP/1.1 200 OK\r\n\r\nhi"), "body hi");
  const std::string cut(StatusCodeName(StatusCode::kGone));
  EXPECT_EQ(Answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi"), cut);
  const std::string unsupported(StatusCodeName(StatusCode::kUnsupported));
  for (const char* text : {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n{}", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 "}) {
    EXPECT_EQ(Answered(text), unsupported) << text;
  }
}

TEST(PluginCall, AsksOverTheSocketAndSeesWhoAnswers) {
  ToolRig rig;
  ServedPlugin plugin(rig.dir / "s");
  const Result<PluginAnswer> answer = CallPlugin(rig.dir / "s", "/status", rig.clock);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_TRUE(answer->body.starts_with("{\"version\":\"1.2.3\""));
  EXPECT_EQ(answer->plugin, getpid());
  EXPECT_EQ(CallPlugin(rig.dir / "s", "/nothing", rig.clock).status().code(), StatusCode::kUnsupported);
}

TEST(PluginCall, SaysWhyNobodyAnswers) {
  ToolRig rig;
  EXPECT_EQ(CallPlugin(rig.dir / "none", "/status", rig.clock).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(CallPlugin(rig.dir / std::string(200, 'x'), "/status", rig.clock).status().code(), StatusCode::kInvalid);
  std::ofstream(rig.dir / "file") << "x";
  EXPECT_EQ(CallPlugin(rig.dir / "file", "/status", rig.clock).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace tailrace
