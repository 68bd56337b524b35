#include "api/http_exchange.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/api/http_server_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

using HttpExchangeTest = HttpServerTest;

TEST_F(HttpExchangeTest, EveryAnswerClosesItsConnection) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/echo", "x"));
  HttpReply reply = client.ReadReply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{\"got\":\"x\"}");
  EXPECT_EQ(reply.headers["connection"], "close");
  EXPECT_TRUE(client.ReadsEnd());
}

TEST_F(HttpExchangeTest, EmptyHostNoContentTypeAndNoBodyAreFine) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/echo", "", ""));
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"\"}");
  EXPECT_EQ(Raw("POST /echo HTTP/1.1\r\n\r\n").body, "{\"got\":\"\"}");
}

TEST_F(HttpExchangeTest, BodyMayComeInPieces) {
  UnixHttpClient client(path_);
  std::string request = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (char c : request) {
    ASSERT_TRUE(client.Send({&c, 1}));
    std::this_thread::yield();
  }
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"hello\"}");
}

TEST_F(HttpExchangeTest, InvitesABodyThatWaitsToBeInvited) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.ReadHead().status, 100);
  ASSERT_TRUE(client.Send("ok"));
  EXPECT_EQ(client.ReadReply().body, "{\"got\":\"ok\"}");
}

TEST_F(HttpExchangeTest, FormAndRangeHeadersChangeNothing) {
  std::string body(20'000, 'x');
  EXPECT_EQ(Raw("POST /size HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nRange: bytes=0-1\r\n"
                "Content-Length: 20000\r\n\r\n" +
                body)
                .body,
            "20000");
  std::string ranges = "bytes=0-0";
  for (int i = 0; i < 8000; ++i) ranges += ",0-0";
  EXPECT_EQ(Raw("POST /echo HTTP/1.1\r\nrange: " + ranges + "\r\n\r\n").status, 200);
}

TEST_F(HttpExchangeTest, WhatCannotBeServedSaysWhy) {
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

TEST_F(HttpExchangeTest, PathThatIsReadTakesGetOnlyAndNamesItsType) {
  const HttpReply reply = Raw("GET /text HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "as it is");
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain; version=0.0.4");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  ExpectErr(Post("/text", "{}"), 405);
  EXPECT_EQ(Post("/echo", "x").headers.at("content-type"), "application/json");
}

TEST_F(HttpExchangeTest, BodyOverTheLimitIsRefusedAndTheAnswerArrives) {
  EXPECT_EQ(Post("/size", std::string(kRequestBodyBytesMax, 'x')).body, std::to_string(kRequestBodyBytesMax));
  ExpectErr(Post("/size", std::string(kRequestBodyBytesMax + 1, 'x')), 413);
  ExpectErr(Raw("POST /size HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"), 413);
  ExpectErr(Raw("POST /size HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n"), 400);
}

TEST_F(HttpExchangeTest, HeadOverTheLimitIsRefused) {
  UnixHttpClient client(path_);
  std::string head = "POST /echo HTTP/1.1\r\n";
  while (head.size() <= ClientSocket::kHeadBytesMax) head += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  ASSERT_TRUE(client.Send(head));
  ExpectErr(client.ReadReply(), 431);
}

TEST_F(HttpExchangeTest, EveryCutOfARequestIsSurvived) {
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

TEST_F(HttpExchangeTest, VanishedReaderOfAStreamEndsOnlyTheStream) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/flood", ""));
  EXPECT_EQ(client.ReadHead().status, 200);
  client.Close();
  EXPECT_TRUE(Eventually([&] { return server_->stats().streams == 0; }));
  EXPECT_EQ(Post("/echo", "x").status, 200);
}

TEST_F(HttpExchangeTest, IdleStreamNoticesThatItsClientHasGone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/follow", ""));
  ASSERT_TRUE(Eventually([&] { return following_ == 1; }));
  client.Close();
  EXPECT_TRUE(Eventually([&] { return following_ == 0 && server_->stats().streams == 0; }));
}

TEST_F(HttpExchangeTest, ClientThatHasOnlyFinishedSendingIsNotGone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/wait", "{}"));
  client.FinishSending();
  ASSERT_TRUE(gate_.WaitForWaiters(1));
  gate_.Open();
  EXPECT_EQ(client.ReadReply().body, "{}");
  EXPECT_EQ(undone_, 0);
}

TEST_F(HttpExchangeTest, AnswerWhoseClientHasGoneIsUndone) {
  UnixHttpClient client(path_);
  ASSERT_TRUE(client.SendPost("/wait", "{}"));
  ASSERT_TRUE(gate_.WaitForWaiters(1));
  client.Close();
  gate_.Open();
  EXPECT_TRUE(Eventually([&] { return undone_ == 1; }));
}

TEST_F(HttpExchangeTest, AnsweredRequestIsNotUndone) {
  gate_.Open();
  EXPECT_EQ(Post("/wait", "{}").status, 200);
  EXPECT_TRUE(Eventually([&] { return server_->stats().calls == 0; }));
  EXPECT_EQ(undone_, 0);
}

TEST_F(HttpExchangeTest, StreamSendsItsHeadAndEachChunkAtOnce) {
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

TEST_F(HttpExchangeTest, BrokenStreamIsNotEndedCleanly) {
  HttpReply reply = Post("/cut", "");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "half");
  EXPECT_FALSE(reply.is_whole);
}

TEST_F(HttpExchangeTest, SlowReaderGetsEverything) {
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

TEST_F(HttpExchangeTest, StopEndsFollowersCleanlyAndSlowReadersAtAll) {
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

}  // namespace
}  // namespace tailrace
