// Requests that are wrong, doubled, or whose client has gone.
#include "base/json.h"
#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

class Requests : public PluginTest {};

void ExpectErr(const HttpReply& reply, const std::string& part) {
  Result<JsonDocument> answer = JsonDocument::Parse(reply.body);
  ASSERT_TRUE(answer.ok()) << reply.body;
  EXPECT_NE(answer->root().Member("Err").AsString().value_or("").find(part), std::string::npos) << reply.body;
}

TEST_F(Requests, NonsenseGetsASentenceAndNothingCrashes) {
  for (const char* body :
       {"{", "[]", "\"x\"", "7", "null", "{}", R"({"File":7})", R"({"File":"/x"})",
        R"({"File":"/x","Info":{"ContainerID":"a/../b"}})", R"({"File":"x","Info":{"ContainerID":"c"}})",
        R"({"File":"/x","Info":{"ContainerID":"c","ContainerEnv":{}}})", "\xff\xfe", "{\"File\":\"\\ud800\"}"}) {
    HttpReply reply = dockerd_.Call("/LogDriver.StartLogging", body);
    EXPECT_EQ(reply.status, 200) << body;
    ExpectErr(reply, "request");
    if (std::string_view(body).find("\"c\"}") != std::string_view::npos) continue;  // Nothing is wrong with it there.
    reply = dockerd_.Call("/LogDriver.ReadLogs", body);
    EXPECT_NE(reply.status, 200) << body;
    ExpectErr(reply, "request");
  }
  ExpectErr(dockerd_.Call("/LogDriver.StartLogging", std::string(5 << 20, 'x')), "4 MiB");
  ExpectErr(dockerd_.Call("/LogDriver.StartLogging", std::string(1 << 20, '[')), "request");
  ExpectErr(dockerd_.Call("/LogDriver.Unknown", "{}"), "nothing at this path");
  EXPECT_TRUE(plugin_->is_running());
}

TEST_F(Requests, NestedPatternOfAnOptionDoesNotOverflowTheStack) {
  FakeContainer container = container_;
  container.config = {{"labels-regex", std::string(2000, '(') + "a" + std::string(2000, ')')}};
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container);
  EXPECT_TRUE(plugin_->is_running());
}

TEST_F(Requests, BadOptionFailsTheStartWithASentence) {
  FakeContainer container = container_;
  container.config = {{"max-sise", "10m"}};
  EXPECT_EQ(dockerd_.Start(container), nullptr);
  EXPECT_NE(dockerd_.refusal().find("did you mean 'max-size'?"), std::string::npos) << dockerd_.refusal();
  container.config = {{"compress", "true"}, {"max-file", "1"}};
  EXPECT_EQ(dockerd_.Start(container), nullptr);
  container.config = {{"max-size", "10m"}, {"max-file", "2"}, {"compress", "true"}, {"mode", "non-blocking"}};
  EXPECT_NE(dockerd_.Start(container), nullptr) << dockerd_.refusal();
}

TEST_F(Requests, StopLoggingIsAlwaysASuccess) {
  for (const char* body :
       {"", "{", "[]", "{}", "null", R"({"File":7})", R"({"File":"/unknown"})", R"({"File":""})", "\xff"}) {
    HttpReply reply = dockerd_.Call("/LogDriver.StopLogging", body);
    EXPECT_EQ(reply.status, 200) << body;
    EXPECT_EQ(reply.body, "{}") << body;
  }
}

TEST_F(Requests, DuplicateStartIsASuccessAndChangesNothing) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  logger->WriteLine("one");
  EXPECT_EQ(dockerd_.PostStart(logger->file(), container_).body, "{}");
  logger->WriteLine("two");
  EXPECT_EQ(Logs(container_, "one\ntwo\n"), "one\ntwo\n");
  ExpectErr(dockerd_.PostStart(logger->file(), FakeContainer{.id = FakeContainerId(2)}), "File is in use");
}

TEST_F(Requests, ClientThatLeavesBeforeTheAnswerUndoesItsStart) {
  // Many at once, so that calls wait for a place and their clients are gone when they are served.
  for (int round = 0; round < 20; ++round) {
    std::unique_ptr<FakeLogger> logger = dockerd_.MakeLogger();
    UnixHttpClient client(socket_);
    ASSERT_TRUE(client.SendPost("/LogDriver.StartLogging", FakeDockerd::StartBody(logger->file(), container_)));
    client.Close();
    logger->Crash();
  }
  EXPECT_TRUE(Eventually([&] { return Tree(root_ + "/live").empty(); }));
  EXPECT_EQ(Logs(container_, ""), "");
}

TEST_F(Requests, NullListsAndMapsStartAContainer) {
  std::unique_ptr<FakeLogger> logger = dockerd_.MakeLogger();
  HttpReply reply =
      dockerd_.Call("/LogDriver.StartLogging", "{\"File\":\"" + logger->file() +
                                                   "\",\"Info\":{\"Config\":null,\"ContainerID\":\"" + container_.id +
                                                   "\",\"ContainerEnv\":null,\"ContainerArgs\":null,"
                                                   "\"ContainerLabels\":null}}");
  EXPECT_EQ(reply.body, "{}");
}

}  // namespace
}  // namespace tailrace
