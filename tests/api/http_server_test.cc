#include "api/http_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "api/http_exchange.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/temp_dir.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A gate that tests open: what waits at it is known to have come so far.
class Gate {
 public:
  void Wait() {
    MutexLock lock(mu_);
    ++waiting_;
    changed_.NotifyAll();
    while (!is_open_) changed_.WaitFor(mu_, seconds(20));
  }
  bool WaitForWaiters(int count) {
    auto deadline = steady_clock::now() + seconds(20);
    MutexLock lock(mu_);
    while (waiting_ < count && steady_clock::now() < deadline) changed_.WaitFor(mu_, milliseconds(100));
    return waiting_ >= count;
  }
  int waiting() {
    MutexLock lock(mu_);
    return waiting_;
  }
  void Open() {
    MutexLock lock(mu_);
    is_open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int waiting_ GUARDED_BY(mu_) = 0;
  bool is_open_ GUARDED_BY(mu_) = false;
};

class FunctionSource final : public BodySource {
 public:
  explicit FunctionSource(std::function<bool(BodyWriter&)> body) : body_(std::move(body)) {}
  bool WriteTo(BodyWriter& writer) override { return body_(writer); }

 private:
  std::function<bool(BodyWriter&)> body_;
};

ApiAnswer Streaming(std::function<bool(BodyWriter&)> body) {
  ApiAnswer answer;
  answer.source = std::make_unique<FunctionSource>(std::move(body));
  return answer;
}

ApiAnswer Plain(std::string body) {
  ApiAnswer answer;
  answer.body = std::move(body);
  return answer;
}

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override { Serve(); }
  void TearDown() override {
    gate_.Open();
    server_.reset();
  }

  void Serve() {
    Result<std::unique_ptr<Listener>> listener = Listener::Open(path_);
    ASSERT_TRUE(listener.ok()) << listener.status().message();
    server_ = std::make_unique<HttpServer>(std::move(*listener), Routes(), clock_, log_);
    server_->Start();
  }

  std::vector<ApiRoute> Routes() {
    return {{"/echo", false, [](const ApiRequest& request) { return Plain("{\"got\":\"" + request.body + "\"}"); }},
            {"/size", false, [](const ApiRequest& r) { return Plain(std::to_string(r.body.size())); }},
            {"/throw", false, [](const ApiRequest&) -> ApiAnswer { throw std::runtime_error("broken"); }},
            {"/wait", false, [this](const ApiRequest&) { return Wait(); }},
            {"/follow", true, [this](const ApiRequest&) { return Streaming(Follow()); }},
            {"/idle", true, [this](const ApiRequest&) { return Streaming(Idle()); }},
            {"/flood", true, [](const ApiRequest&) { return Streaming(Flood); }},
            {"/cut", true, [](const ApiRequest&) {
               return Streaming([](BodyWriter& writer) { return writer.Write("half") && false; });
             }}};
  }

  ApiAnswer Wait() {
    gate_.Wait();
    ApiAnswer answer = Plain("{}");
    answer.undo = [this] { ++undone_; };
    return answer;
  }

  std::function<bool(BodyWriter&)> Follow() {
    return [this](BodyWriter& writer) {
      writer.Write("hello");
      ++following_;
      while (!writer.is_gone() && !writer.is_stopping()) std::this_thread::yield();
      bool is_clean = !writer.is_gone();
      --following_;
      return is_clean;
    };
  }

  // Follows without spinning, so that 256 of them leave the processor to what is measured.
  std::function<bool(BodyWriter&)> Idle() {
    return [this](BodyWriter& writer) {
      writer.Write("x");
      gate_.Wait();
      return true;
    };
  }

  static bool Flood(BodyWriter& writer) {
    std::string chunk(64 * 1024, 'x');
    for (int i = 0; i < 100; ++i) {
      if (!writer.Write(chunk)) return false;
    }
    return true;
  }

  HttpReply Post(const std::string& path, std::string_view body) {
    UnixHttpClient client(path_);
    EXPECT_TRUE(client.SendPost(path, body));
    return client.ReadReply();
  }
  HttpReply Raw(std::string_view bytes) {
    UnixHttpClient client(path_);
    EXPECT_TRUE(client.Send(bytes));
    return client.ReadReply();
  }
  template <typename Condition>
  static bool Eventually(Condition condition) {
    auto deadline = steady_clock::now() + seconds(20);
    while (!condition()) {
      if (steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TempDir dir_;
  std::string path_ = dir_ / "s";
  SystemClock clock_;
  MemoryLog log_;
  Gate gate_;
  std::atomic<int> undone_{0};
  std::atomic<int> following_{0};
  std::unique_ptr<HttpServer> server_;
};

// Trap 5: an idle connection that is closed costs a request, so none is kept.
TEST_F(HttpServerTest, EveryAnswerClosesItsConnection) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/echo", "x"));
  HttpReply reply = client.ReadReply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{\"got\":\"x\"}");
  EXPECT_EQ(reply.headers["connection"], "close");
  EXPECT_TRUE(client.ReadsEnd());
}

// Trap 2: 20.10 sends an empty Host; no Content-Type; and Content-Length 0 without a body.
TEST_F(HttpServerTest, EmptyHostNoContentTypeAndNoBodyAreFine) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/echo", "", ""));
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"\"}");
  EXPECT_EQ(Raw("POST /echo HTTP/1.1\r\n\r\n").body, "{\"got\":\"\"}");
}

TEST_F(HttpServerTest, BodyMayComeInPieces) {
  UnixHttpClient client(path_);
  std::string request = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (char c : request) {
    ASSERT_TRUE(client.Send({&c, 1}));
    std::this_thread::yield();
  }
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"hello\"}");
}

TEST_F(HttpServerTest, InvitesABodyThatWaitsToBeInvited) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.ReadHead().status, 100);
  ASSERT_TRUE(client.Send("ok"));
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"ok\"}");
}

TEST_F(HttpServerTest, FormAndRangeHeadersChangeNothing) {
  std::string body(20'000, 'x');
  EXPECT_EQ(Raw("POST /size HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nRange: bytes=0-1\r\n"
                "Content-Length: 20000\r\n\r\n" + body).body,
            "20000");
  std::string ranges = "bytes=0-0";
  for (int i = 0; i < 8000; ++i) ranges += ",0-0";
  EXPECT_EQ(Raw("POST /echo HTTP/1.1\r\nrange: " + ranges + "\r\n\r\n").status, 200);
}

void ExpectErr(const HttpReply& reply, int status) {
  EXPECT_EQ(reply.status, status);
  EXPECT_TRUE(reply.body.starts_with("{\"Err\":\"")) << reply.body;
  EXPECT_GT(reply.body.size(), 20u);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

TEST_F(HttpServerTest, WhatCannotBeServedSaysWhy) {
  ExpectErr(Post("/none", "{}"), 404);
  ExpectErr(Post("/echo/", "{}"), 404);
  ExpectErr(Raw("GET /echo HTTP/1.1\r\n\r\n"), 405);
  ExpectErr(Raw("GARBAGE\r\n\r\n"), 400);
  ExpectErr(Raw("POST /echo HTTP/7\r\n\r\n"), 400);
  ExpectErr(Raw("POST /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 400);
  ExpectErr(Raw("POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  ExpectErr(Raw("POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400);
  ExpectErr(Raw("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"), 400);
  ExpectErr(Raw("POST /echo HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"), 400);
  ExpectErr(Raw("POST /" + std::string(10'000, 'a') + " HTTP/1.1\r\n\r\n"), 414);
  ExpectErr(Post("/throw", "{}"), 500);
}

TEST_F(HttpServerTest, BodyOverTheLimitIsRefusedAndTheAnswerArrives) {
  EXPECT_EQ(Post("/size", std::string(kRequestBodyBytesMax, 'x')).body, std::to_string(kRequestBodyBytesMax));
  ExpectErr(Post("/size", std::string(kRequestBodyBytesMax + 1, 'x')), 413);
  ExpectErr(Raw("POST /size HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"), 413);
  ExpectErr(Raw("POST /size HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n"), 400);
}

TEST_F(HttpServerTest, HeadOverTheLimitIsRefused) {
  UnixHttpClient client(path_);
  std::string head = "POST /echo HTTP/1.1\r\n";
  while (head.size() <= ClientSocket::kHeadBytesMax) head += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  ASSERT_TRUE(client.Send(head));
  ExpectErr(client.ReadReply(), 431);
}

TEST_F(HttpServerTest, EveryCutOfARequestIsSurvived) {
  const std::string whole = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    UnixHttpClient client(path_);
    ASSERT_TRUE(client.Send(whole.substr(0, cut)));
    client.FinishSending();
    HttpReply reply = client.ReadReply();
    bool has_head = cut >= whole.find("hello");
    EXPECT_EQ(reply.status, has_head ? 400 : 0) << cut;
  }
  EXPECT_EQ(Post("/echo", "x").status, 200);
}

// Trap 3: dockerd connects and closes to see whether we listen.
TEST_F(HttpServerTest, ProbesAreSilentAndCostNoPlace) {
  for (int i = 0; i < 300; ++i) UnixHttpClient probe(path_);
  std::vector<std::unique_ptr<UnixHttpClient>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<UnixHttpClient>(path_));
  EXPECT_EQ(Post("/echo", "x").status, 200);
  EXPECT_TRUE(log_.lines().empty());
  ASSERT_TRUE(silent.front()->SendPost("/echo", "late"));
  EXPECT_EQ(silent.front()->ReadReply().status, 200);
}

// Trap 3: writing to a reader that has vanished raises SIGPIPE, which would end the process.
TEST_F(HttpServerTest, VanishedReaderOfAStreamEndsOnlyTheStream) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/flood", ""));
  EXPECT_EQ(client.ReadHead().status, 200);
  client.Close();
  EXPECT_TRUE(Eventually([&] { return server_->stats().streams == 0; }));
  EXPECT_EQ(Post("/echo", "x").status, 200);
}

TEST_F(HttpServerTest, IdleStreamNoticesThatItsClientHasGone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/follow", ""));
  ASSERT_TRUE(Eventually([&] { return following_ == 1; }));
  client.Close();
  EXPECT_TRUE(Eventually([&] { return following_ == 0 && server_->stats().streams == 0; }));
}

TEST_F(HttpServerTest, ClientThatHasOnlyFinishedSendingIsNotGone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/wait", "{}"));
  client.FinishSending();
  ASSERT_TRUE(gate_.WaitForWaiters(1));
  gate_.Open();
  EXPECT_EQ(client.ReadReply().body, "{}");
  EXPECT_EQ(undone_, 0);
}

TEST_F(HttpServerTest, AnswerWhoseClientHasGoneIsUndone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/wait", "{}"));
  ASSERT_TRUE(gate_.WaitForWaiters(1));
  client.Close();
  gate_.Open();
  EXPECT_TRUE(Eventually([&] { return undone_ == 1; }));
}

TEST_F(HttpServerTest, AnsweredRequestIsNotUndone) {
  gate_.Open();
  EXPECT_EQ(Post("/wait", "{}").status, 200);
  EXPECT_TRUE(Eventually([&] { return server_->stats().calls == 0; }));
  EXPECT_EQ(undone_, 0);
}

// Trap 32: a late head counts against the client's time limit.
TEST_F(HttpServerTest, StreamSendsItsHeadAndEachChunkAtOnce) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/follow", ""));
  HttpReply head = client.ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers["content-type"], "application/x-json-stream");
  EXPECT_EQ(head.headers["transfer-encoding"], "chunked");
  EXPECT_EQ(head.headers["connection"], "close");
  EXPECT_FALSE(head.headers.contains("content-length"));
  std::string chunk;
  EXPECT_EQ(client.ReadChunk(chunk), UnixHttpClient::Outcome::kChunk);
  EXPECT_EQ(chunk, "hello");
  EXPECT_EQ(client.ReadChunk(chunk, milliseconds(50)), UnixHttpClient::Outcome::kTimeout);
}

// Trap 32: never a clean end where something is missing.
TEST_F(HttpServerTest, BrokenStreamIsNotEndedCleanly) {
  HttpReply reply = Post("/cut", "");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "half");
  EXPECT_FALSE(reply.is_whole);
}

TEST_F(HttpServerTest, SlowReaderGetsEverything) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/flood", ""));
  EXPECT_EQ(client.ReadHead().status, 200);
  // The socket's buffer is far smaller: the writer is known to have waited before the rest is read.
  EXPECT_TRUE(Eventually([&] { return server_->stats().streams == 1; }));
  size_t got = 0;
  std::string chunk;
  while (client.ReadChunk(chunk) == UnixHttpClient::Outcome::kChunk) got += chunk.size();
  EXPECT_EQ(got, 100u * 64 * 1024);
}

// Trap 6: one slow handler must not block others; hundreds of calls come at once.
TEST_F(HttpServerTest, BurstOfTwoHundredConnectionsIsAnswered) {
  std::vector<std::unique_ptr<UnixHttpClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<UnixHttpClient>(path_));
    ASSERT_TRUE(clients.back()->is_connected()) << i;
    ASSERT_TRUE(clients.back()->SendPost("/echo", std::to_string(i)));
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(clients[static_cast<size_t>(i)]->ReadReply().body, "{\"got\":\"" + std::to_string(i) + "\"}");
  }
}

TEST_F(HttpServerTest, CallsBeyondTheCapWaitForTheirTurn) {
  constexpr int kClients = static_cast<int>(HttpServer::kCallsMax) + 40;
  std::vector<std::unique_ptr<UnixHttpClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<UnixHttpClient>(path_));
    ASSERT_TRUE(clients.back()->SendPost("/wait", "{}"));
  }
  ASSERT_TRUE(gate_.WaitForWaiters(static_cast<int>(HttpServer::kCallsMax)));
  EXPECT_EQ(server_->stats().calls, HttpServer::kCallsMax);
  EXPECT_EQ(gate_.waiting(), static_cast<int>(HttpServer::kCallsMax));
  gate_.Open();
  for (auto& client : clients) EXPECT_EQ(client->ReadReply().status, 200);
}

// Trap 6: streams last for days.
TEST_F(HttpServerTest, CallsAreAnsweredAtOnceWhileAllStreamPlacesAreTaken) {
  std::vector<std::unique_ptr<UnixHttpClient>> followers;
  for (size_t i = 0; i < HttpServer::kStreamsMax; ++i) {
    followers.push_back(std::make_unique<UnixHttpClient>(path_));
    ASSERT_TRUE(followers.back()->SendPost("/idle", ""));
    ASSERT_EQ(followers.back()->ReadHead().status, 200) << i;
  }
  auto begin = steady_clock::now();
  EXPECT_EQ(Post("/echo", "x").status, 200);
  EXPECT_LT(steady_clock::now() - begin, seconds(1));
  ExpectErr(Post("/idle", ""), 503);
  EXPECT_EQ(Post("/echo", "x").status, 200);
  gate_.Open();
  for (auto& follower : followers) {
    std::string chunk;
    while (follower->ReadChunk(chunk) == UnixHttpClient::Outcome::kChunk) continue;
  }
  EXPECT_TRUE(Eventually([&] { return server_->stats().streams == 0; }));
  EXPECT_EQ(Post("/idle", "").status, 200);
}

TEST_F(HttpServerTest, StopEndsFollowersCleanlyAndSlowReadersAtAll) {
  UnixHttpClient follower(path_), stuck(path_), silent(path_);
  ASSERT_TRUE(follower.SendPost("/follow", ""));
  ASSERT_TRUE(stuck.SendPost("/flood", ""));
  ASSERT_EQ(stuck.ReadHead().status, 200);
  ASSERT_TRUE(Eventually([&] { return following_ == 1; }));
  auto begin = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - begin, seconds(1));
  HttpReply reply = follower.ReadReply();
  EXPECT_EQ(reply.body, "hello");
  EXPECT_TRUE(reply.is_whole);
  std::string chunk;
  UnixHttpClient::Outcome outcome;
  while ((outcome = stuck.ReadChunk(chunk)) == UnixHttpClient::Outcome::kChunk) continue;
  EXPECT_EQ(outcome, UnixHttpClient::Outcome::kBroken);
  EXPECT_TRUE(silent.ReadsEnd());
  EXPECT_FALSE(UnixHttpClient(path_).is_connected());
}

TEST_F(HttpServerTest, StopWithoutConnectionsIsImmediate) {
  auto begin = steady_clock::now();
  server_->Stop();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - begin, milliseconds(300));
}

}  // namespace
}  // namespace tailrace
