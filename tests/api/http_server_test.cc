#include "api/http_server.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/api/http_server_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Trap 5: an idle connection that is closed costs a request, so none is kept.
// Trap 2: 20.10 sends an empty Host; no Content-Type; and Content-Length 0 without a body.
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
// Trap 32: a late head counts against the client's time limit.
// Trap 32: never a clean end where something is missing.
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

TEST_F(HttpServerTest, StopWithoutConnectionsIsImmediate) {
  auto begin = steady_clock::now();
  server_->Stop();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - begin, milliseconds(300));
}

}  // namespace
}  // namespace tailrace
