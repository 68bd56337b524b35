// What the real binary tells of itself, to Prometheus and to people, while it ships lines to a webhook.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/bytes.h"
#include "status/status_json.h"
#include "tests/integration/plugin_fixture.h"
#include "tests/sinks/test_http_server.h"

namespace tailrace {
namespace {

HttpReply Get(const std::string& socket, const std::string& path, const std::string& method = "GET") {
  UnixHttpClient client(socket);
  client.Send(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  return client.ReadReply();
}

// The sum over all series of a family, as far as `labels` (part of the text between the braces) are in them.
uint64_t SumOf(const std::string& metrics, const std::string& name, const std::string& labels = {}) {
  uint64_t sum = 0;
  std::istringstream in(metrics);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("tailrace_" + name + "{") && !line.starts_with("tailrace_" + name + " ")) continue;
    if (line.find(labels) != line.npos) sum += ParseDecimal(line.substr(line.rfind(' ') + 1)).value_or(1u << 30);
  }
  return sum;
}

// taken - (delivered + dead + dropped + corrupt + waiting), of one answer.
int64_t Imbalance(const std::string& metrics) {
  uint64_t out = SumOf(metrics, "lines_waiting");
  for (const char* name : {"delivered", "dead", "dropped", "corrupt"}) {
    out += SumOf(metrics, "lines_" + std::string(name) + "_total");
  }
  return static_cast<int64_t>(SumOf(metrics, "lines_taken_total")) - static_cast<int64_t>(out);
}

// Takes JSON lines; what holds "bad" is refused for good, and while `is_closed` everybody is sent away.
class Receiver {
 public:
  std::atomic<bool> is_closed{false};
  std::string url() const { return server_.url() + "/hook?token=hush"; }

 private:
  void Serve(TestConnection& connection) {
    TestConnection::Request request;
    while (connection.Read(request)) {
      const bool is_bad = request.body.find("bad") != request.body.npos;
      if (!connection.Send(Answer(is_closed ? 403 : is_bad ? 400 : 200, "{}"))) return;
    }
  }
  TestHttpServer server_{[this](TestConnection& connection, int) { Serve(connection); }};
};

class StatusTest : public PluginTest {
 protected:
  void SetUp() override { StartPlugin({{"TAILRACE_HTTP_URL", receiver_.url()}, {"TAILRACE_HTTP_COMPRESSION", "none"}}); }

  std::string Metrics() {
    const HttpReply reply = Get(socket_, "/metrics");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body.find("hush"), std::string::npos);
    EXPECT_EQ(Imbalance(reply.body), 0) << reply.body;
    return reply.body;
  }
  bool EventuallyIs(const std::string& name, uint64_t value) {
    return Eventually([&] { return SumOf(Metrics(), name) == value; });
  }
  StatusSnapshot Status() {
    const HttpReply reply = Get(socket_, "/status");
    EXPECT_EQ(reply.headers.at("content-type"), "application/json");
    const Result<StatusSnapshot> snapshot = DecodeStatus(reply.body);
    EXPECT_TRUE(snapshot.ok()) << reply.body;
    return snapshot.value_or({});
  }
  std::string Run(std::vector<std::string> arguments, int& code) {
    arguments.insert(arguments.end(), {"--socket", socket_});
    const std::string text = RunTailrace(arguments, code);
    EXPECT_EQ(text.find("hush"), std::string::npos) << text;
    return text;
  }

  Receiver receiver_;
};

TEST_F(StatusTest, BooksBalanceInEveryAnswer) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  for (int i = 0; i < 300; ++i) {
    logger->WriteLine(i % 100 == 7 ? "bad" : "good", i % 3 == 0 ? "stderr" : "stdout");
    if (i % 20 == 0) Metrics();
  }
  ASSERT_TRUE(EventuallyIs("lines_delivered_total", 297)) << Metrics();
  const std::string metrics = Metrics();
  EXPECT_EQ(SumOf(metrics, "lines_taken_total"), 300u);
  EXPECT_EQ(SumOf(metrics, "lines_dead_total", "type=\"http_400\""), 3u);
  EXPECT_EQ(SumOf(metrics, "lines_waiting"), 0u);
  EXPECT_EQ(SumOf(metrics, "spool_lines_taken_total"), 300u);
  EXPECT_EQ(SumOf(metrics, "streams", "live"), 1u);
  EXPECT_EQ(SumOf(metrics, "build_info"), 1u);
  EXPECT_GT(SumOf(metrics, "requests_total", "outcome=\"ok\""), 0u);
  EXPECT_EQ(SumOf(metrics, "end_to_end_seconds_count"), SumOf(metrics, "end_to_end_seconds_bucket", "le=\"+Inf\""));
  EXPECT_EQ(Get(socket_, "/metrics").headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const StatusSnapshot status = Status();
  EXPECT_EQ(status.spool.root, root_);
  ASSERT_EQ(status.delivery.destinations.size(), 1u);
  EXPECT_EQ(status.delivery.destinations[0].delivered, 297u);
  ASSERT_EQ(status.containers.size(), 1u);
  EXPECT_EQ(status.containers[0].id, container_.id);
  int code = 0;
  EXPECT_NE(Run({"status"}, code).find("refused for good: 3 (http_400 3)"), std::string::npos);
  EXPECT_EQ(code, 0);
}

TEST_F(StatusTest, DeadLettersAreListedShownAndExported) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  logger->WriteLine("bad \x1b[1m");
  logger->WriteLine("good");
  ASSERT_TRUE(EventuallyIs("lines_dead_total", 1)) << Metrics();
  int code = 0;
  const std::string list = Run({"dead", "list"}, code);
  EXPECT_EQ(code, 0) << list;
  EXPECT_NE(list.find("http        1  "), std::string::npos) << list;
  const std::string show = Run({"dead", "show"}, code);
  EXPECT_NE(show.find("  bad \\x1b[1m\n"), std::string::npos) << show;
  const std::string exported = Run({"dead", "export"}, code);
  EXPECT_NE(exported.find("\"message\":\"bad \\u001b[1m\""), std::string::npos) << exported;
  EXPECT_EQ(std::count(exported.begin(), exported.end(), '\n'), 1);
  const std::string bulk = Run({"dead", "export", "--format", "bulk", "--slot", "http"}, code);
  EXPECT_TRUE(bulk.starts_with("{\"create\":{\"_id\":\"")) << bulk;
  EXPECT_TRUE(bulk.ends_with("\n" + exported)) << bulk;
  plugin_->Kill();
  EXPECT_EQ(RunTailrace({"dead", "export", "--root", root_}, code), exported);
  EXPECT_EQ(code, 0);
  EXPECT_NE(RunTailrace({"dead", "list", "--root", dir_.path()}, code).find("is no spool"), std::string::npos);
  EXPECT_EQ(code, 3);
}

TEST_F(StatusTest, WhatIsHeldIsToldWithWhatToDo) {
  receiver_.is_closed = true;
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  for (int i = 0; i < 5; ++i) logger->WriteLine("x");
  ASSERT_TRUE(Eventually([&] { return SumOf(Metrics(), "destination_state", "holding") == 1; })) << Metrics();
  EXPECT_EQ(SumOf(Metrics(), "lines_waiting"), 5u);
  int code = 0;
  const std::string text = Run({"status"}, code);
  EXPECT_EQ(code, 1) << text;
  EXPECT_NE(text.find("  held "), std::string::npos) << text;
  EXPECT_NE(text.find("what to do: "), std::string::npos) << text;
  const Result<StatusSnapshot> json = DecodeStatus(Run({"status", "--json"}, code));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->delivery.destinations[0].state, DestinationState::kHolding);
}

// After a restart the process counts from what was waiting.
TEST_F(StatusTest, BooksBalanceAfterAKill) {
  receiver_.is_closed = true;
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  for (int i = 0; i < 50; ++i) logger->WriteLine("x");
  ASSERT_TRUE(EventuallyIs("lines_waiting", 50)) << Metrics();
  plugin_->Kill();
  receiver_.is_closed = false;
  SetUp();
  ASSERT_TRUE(EventuallyIs("lines_delivered_total", 50)) << Metrics();
  EXPECT_EQ(SumOf(Metrics(), "lines_taken_total"), 50u);
}

TEST_F(StatusTest, OtherMethodsAndPathsAreRefused) {
  EXPECT_EQ(Get(socket_, "/metrics", "POST").status, 405);
  EXPECT_EQ(Get(socket_, "/status/").status, 404);
  EXPECT_EQ(Get(socket_, "/Plugin.Activate").status, 405);
}

class MetricsAddressTest : public PluginTest {
 protected:
  void SetUp() override {}
  HttpReply OverTcp(const std::string& request) {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    HttpReply reply;
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return reply;
    if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return reply;
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = recv(fd.get(), buffer, sizeof(buffer), 0)) > 0;) text.append(buffer, static_cast<size_t>(n));
    if (text.size() > 12) reply.status = std::atoi(text.c_str() + 9);
    if (text.find("\r\n\r\n") != text.npos) reply.body = text.substr(text.find("\r\n\r\n") + 4);
    return reply;
  }
  int port_ = 0;
};

TEST_F(MetricsAddressTest, ServesTheTwoPathsAndNothingElse) {
  { const UniqueFd free = ListenOnLoopback(port_, 1); }
  StartPlugin({{"TAILRACE_METRICS_ADDRESS", ":" + std::to_string(port_)}});
  const HttpReply metrics = OverTcp("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_TRUE(metrics.body.starts_with("# HELP tailrace_build_info "));
  EXPECT_EQ(OverTcp("GET /status HTTP/1.0\r\n\r\n").status, 200);
  for (const char* path : {"/Plugin.Activate", "/LogDriver.StartLogging", "/LogDriver.ReadLogs", "/"}) {
    EXPECT_EQ(OverTcp("POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}").status, 404) << path;
  }
  EXPECT_EQ(plugin_->Terminate().code, 0);
  StartPlugin({{"TAILRACE_METRICS_ADDRESS", "127.0.0.1:" + std::to_string(port_)}});  // The port is free at once.
  EXPECT_EQ(OverTcp("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(MetricsAddressTest, BusyOrBadAddressIsToldAndContainersAreServed) {
  const UniqueFd taken = ListenOnLoopback(port_, 1);
  const std::vector<std::string> addresses = {"127.0.0.1:" + std::to_string(port_), "hunter2:1", "8.8.8.8:9123"};
  for (const std::string& address : addresses) {
    StartPlugin({{"TAILRACE_METRICS_ADDRESS", address}});
    std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
    ASSERT_NE(logger, nullptr) << dockerd_.refusal();
    EXPECT_EQ(logger->Stop().body, "{}");
    EXPECT_EQ(Get(socket_, "/metrics").status, 200);
    plugin_->Terminate();
  }
  const std::string said = plugin_->Stderr();
  EXPECT_NE(said.find("no-metrics-address"), std::string::npos) << said;
  EXPECT_NE(said.find("another process listens there"), std::string::npos) << said;
  EXPECT_NE(said.find("TAILRACE_METRICS_ADDRESS: not an address"), std::string::npos) << said;
  EXPECT_EQ(said.find("hunter2"), std::string::npos);
}

TEST(StatusCommandLine, SaysWhenThereIsNoPlugin) {
  TempDir dir;
  int code = 0;
  const std::string text = RunTailrace({"status", "--socket", dir / "s"}, code);
  EXPECT_EQ(code, 3);
  EXPECT_NE(text.find("docker plugin ls"), std::string::npos) << text;
  RunTailrace({"status", "--sockt"}, code);
  EXPECT_EQ(code, 2);
  RunTailrace({"dead"}, code);
  EXPECT_EQ(code, 2);
  RunTailrace({"dead", "list", "--socket", dir / "s"}, code);
  EXPECT_EQ(code, 3);
}

}  // namespace
}  // namespace tailrace
