#include "sinks/curl_transport.h"

#include "tests/sinks/transport_fixture.h"

namespace tailrace {
namespace {

using CurlTransportTest = TransportFixture;

TestHttpServer::Script Always(std::string answer) {
  return [answer](TestConnection& connection, int) {
    TestConnection::Request request;
    while (connection.Read(request) && connection.Send(answer)) {
    }
  };
}

TEST_F(CurlTransportTest, SendsWhatItIsGivenAndReadsTheAnswer) {
  std::string head, body;
  TestHttpServer server([&](TestConnection& connection, int) {
    TestConnection::Request request;
    if (!connection.Read(request)) return;
    head = request.head;
    body = request.body;
    connection.Send(Answer(200, "fine", "X-Some:  thing\r\n"));
  });
  ConnectionSettings settings = To(server.url() + "/prefix");
  settings.headers = {{"Authorization", "Basic abc"}, {"X-Own", "1"}, {"X-Empty", ""}};
  const HttpResponse response = Response(Post(transport_, settings, "the body\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "fine");
  EXPECT_EQ(response.Header("x-some"), "thing");
  EXPECT_EQ(body, "the body\n");
  EXPECT_TRUE(head.starts_with("POST /prefix/_bulk?x=y HTTP/1.1\r\n")) << head;
  for (const char* line : {"Content-Type: application/x-ndjson\r\n", "Content-Length: 9\r\n",
                           "Authorization: Basic abc\r\n", "X-Own: 1\r\n", "X-Empty:\r\n", "User-Agent: tailrace/"}) {
    EXPECT_NE(head.find(line), head.npos) << line << " in " << head;
  }
  for (const char* word : {"Expect", "Accept-Encoding", "Transfer-Encoding"}) EXPECT_EQ(head.find(word), head.npos);
}

TEST_F(CurlTransportTest, AHeaderOfTheUserTakesThePlaceOfTheSinks) {
  std::string head;
  TestHttpServer server([&](TestConnection& connection, int) {
    TestConnection::Request request;
    if (connection.Read(request)) head = request.head;
    connection.Send(Answer(200, ""));
  });
  ConnectionSettings settings = To(server.url());
  settings.headers = {{"content-type", "text/own"}};
  HttpRequest request = Request("x");
  request.method = "PUT";
  EXPECT_EQ(Response(Await(transport_, transport_.Start(settings, 0, std::move(request), 100))).status, 200);
  EXPECT_EQ(head.find("x-ndjson"), head.npos);
  EXPECT_NE(head.find("content-type: text/own\r\n"), head.npos);
  EXPECT_TRUE(head.starts_with("PUT /"));
}

TEST_F(CurlTransportTest, KeepsConnectionsAndSendsLargeBodiesWhole) {
  const std::string large = std::string(5'000'000, 'x') + "end";
  std::atomic<int> whole{0};
  TestHttpServer server([&](TestConnection& connection, int) {
    TestConnection::Request request;
    while (connection.Read(request)) {
      if (request.body == large) ++whole;
      connection.Send(Answer(200, "ok"));
    }
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Response(Post(server.url(), large)).body, "ok");
  EXPECT_EQ(whole, 3);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, ManyRequestsAtOnceEachGetTheirAnswer) {
  TestHttpServer server([](TestConnection& connection, int) {
    TestConnection::Request request;
    while (connection.Read(request)) connection.Send(Answer(200, request.body));
  });
  std::map<uint64_t, std::string> expected;
  for (int i = 0; i < 40; ++i) {
    const std::string body = "body " + std::to_string(i);
    expected[transport_.Start(To(server.url()), 0, Request(body), 100)] = body;
  }
  while (!expected.empty()) {
    for (HttpCompletion& completion : transport_.Poll(kNever)) {
      EXPECT_EQ(Response(std::move(completion.result)).body, expected.at(completion.request));
      expected.erase(completion.request);
    }
  }
}

TEST_F(CurlTransportTest, NobodyThereIsKnownNotDelivered) {
  int port = 0;
  { const UniqueFd closed = ListenOnLoopback(port, 1); }
  const HttpFailure refused = Failure(Post("http://127.0.0.1:" + std::to_string(port), "x"));
  EXPECT_TRUE(refused.is_connect);
  EXPECT_FALSE(refused.maybe_delivered);
  const HttpFailure unknown = Failure(Post("http://no-such-host.invalid:9200", "x"));
  EXPECT_TRUE(unknown.is_connect);
  EXPECT_FALSE(unknown.maybe_delivered);
  EXPECT_NE(unknown.message.find("no-such-host.invalid"), std::string::npos);
}

TEST_F(CurlTransportTest, AServerThatDoesNotAcceptIsGivenUpSoon) {
  int port = 0;
  const UniqueFd listener = ListenOnLoopback(port, 0);
  std::vector<UniqueFd> fillers;  // They fill the queue of the listening socket; the kernel drops what comes then.
  CurlTransport filler(clock_, "", Limits());
  for (int i = 0; i < 8; ++i) filler.Start(To("http://127.0.0.1:" + std::to_string(port)), 0, Request("x"), 100);
  filler.Poll(clock_.Now() + std::chrono::milliseconds(100));
  const HttpFailure failure = Failure(Post("http://127.0.0.1:" + std::to_string(port), "x"));
  EXPECT_TRUE(failure.is_connect) << failure.message;
  EXPECT_FALSE(failure.maybe_delivered);
}

TEST_F(CurlTransportTest, WakeAndDeadlineEndAPoll) {
  EXPECT_TRUE(transport_.Poll(clock_.Now() + std::chrono::milliseconds(5)).empty());
  std::thread waker([&] { transport_.Wake(); });
  EXPECT_TRUE(transport_.Poll(kNever).empty());
  waker.join();
}

TEST_F(CurlTransportTest, ACancelledRequestNeverCompletes) {
  TestHttpServer server([](TestConnection& connection, int) { connection.WaitForClose(); });
  const uint64_t number = transport_.Start(To(server.url()), 0, Request("x"), 100);
  transport_.Poll(clock_.Now() + std::chrono::milliseconds(20));
  transport_.Cancel(number);
  transport_.Cancel(number);
  EXPECT_TRUE(transport_.Poll(clock_.Now() + std::chrono::milliseconds(20)).empty());
}

TEST_F(CurlTransportTest, FollowsOnlyOneRedirectToTheSameOrigin) {
  std::vector<std::string> lines;
  TestHttpServer server([&](TestConnection& connection, int) {
    TestConnection::Request request;
    while (connection.Read(request)) {
      lines.push_back(request.Line() + " " + request.body);
      const bool is_first = request.Line().starts_with("POST /_bulk");
      connection.Send(is_first ? Answer(307, "", "Location: /moved?z\r\n") : Answer(200, "there"));
    }
  });
  EXPECT_EQ(Response(Post(server.url(), "b")).body, "there");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "POST /moved?z HTTP/1.1 b");

  TestHttpServer loop(Always(Answer(308, "", "Location: /again\r\n")));
  EXPECT_EQ(Response(Post(loop.url(), "b")).status, 308);
  TestHttpServer elsewhere(Always(Answer(307, "", "Location: " + server.url() + "/\r\n")));
  EXPECT_EQ(Response(Post(elsewhere.url(), "b")).status, 307);
  TestHttpServer found(Always(Answer(302, "", "Location: /x\r\n")));
  EXPECT_EQ(Response(Post(found.url(), "b")).status, 302);
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(CurlTransportTest, ADeadKeptConnectionIsReplacedAndOnlyThenDoubtful) {
  std::atomic<int> requests{0};
  TestHttpServer server([&](TestConnection& connection, int number) {
    TestConnection::Request request;
    if (connection.Read(request) && ++requests > 0) connection.Send(Answer(200, "first"));
    if (connection.Read(request)) ++requests;
    if (number > 0) connection.Send(Answer(200, "again"));
  });
  EXPECT_EQ(Response(Post(server.url(), "one")).body, "first");
  // The server reads it and closes: libcurl sends it again on a fresh connection.
  EXPECT_EQ(Response(Post(server.url(), "two")).body, "first");
  EXPECT_EQ(requests, 3);
}

TEST_F(CurlTransportTest, WhatWasSentOnADeadConnectionMayHaveArrived) {
  TestHttpServer* listening = nullptr;
  TestHttpServer server([&](TestConnection& connection, int) {
    TestConnection::Request request;
    if (connection.Read(request)) connection.Send(Answer(200, "first"));
    if (connection.Read(request)) listening->StopListening();
  });
  listening = &server;
  EXPECT_EQ(Response(Post(server.url(), "one")).body, "first");
  const HttpFailure failure = Failure(Post(server.url(), "two"));
  EXPECT_TRUE(failure.maybe_delivered) << failure.message;
}

TEST_F(CurlTransportTest, MessagesHoldNoSecrets) {
  int port = 0;
  { const UniqueFd closed = ListenOnLoopback(port, 1); }
  ConnectionSettings settings = To("http://127.0.0.1:" + std::to_string(port) + "/hook?token=hush");
  settings.headers = {{"Authorization", "Basic aHVzaA=="}};
  HttpRequest request = Request("hush");
  request.path = "";
  const HttpFailure failure = Failure(Await(transport_, transport_.Start(settings, 0, std::move(request), 100)));
  EXPECT_EQ(failure.message.find("hush"), std::string::npos) << failure.message;
  EXPECT_EQ(failure.message.find("aHVzaA"), std::string::npos);
  // Whoever tells it names the address.
  EXPECT_EQ(failure.message.find("http://"), std::string::npos) << failure.message;
}

TEST_F(CurlTransportTest, AProxyOfTheEnvironmentIsUsedButNotForWhatNeedsNone) {
  std::string line;
  TestHttpServer proxy([&](TestConnection& connection, int) {
    TestConnection::Request request;
    if (connection.Read(request)) line = request.Line();
    connection.Send(Answer(200, "by proxy"));
  });
  TestHttpServer server(Always(Answer(200, "direct")));
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("no_proxy", "127.0.0.1", 1);
  EXPECT_EQ(Response(Post(server.url(), "x")).body, "direct");
  EXPECT_EQ(Response(Post("http://es.example.invalid:9200", "x")).body, "by proxy");
  EXPECT_EQ(line, "POST http://es.example.invalid:9200/_bulk?x=y HTTP/1.1");
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
}

}  // namespace
}  // namespace tailrace
