// Answers that go wrong: every one ends soon, in bounded memory, and says truly whether the body may have arrived.
#include "sinks/curl_request.h"

#include "tests/sinks/transport_fixture.h"

namespace tailrace {
namespace {

class CurlRequestTest : public TransportFixture {
 protected:
  // The server reads the request, sends this, and closes.
  CurlRequest::Result After(const std::string& answer, size_t response_bytes_max = 1024) {
    TestHttpServer server([&](TestConnection& connection, int) {
      TestConnection::Request request;
      if (connection.Read(request)) connection.Send(answer);
    });
    return Post(server.url(), "body", response_bytes_max);
  }
  // The server reads the request and sends `piece` again and again.
  CurlRequest::Result Endless(const std::string& head, const std::string& piece, int pause_milliseconds = 0) {
    std::atomic<size_t> sent{0};
    CurlRequest::Result result;
    {
      TestHttpServer server([&](TestConnection& connection, int) {
        TestConnection::Request request;
        if (!connection.Read(request) || !connection.Send(head)) return;
        while (connection.Send(piece) && (pause_milliseconds == 0 || connection.Pause(pause_milliseconds))) {
          sent += piece.size();
        }
      });
      result = Post(server.url(), "body", 4096);
    }
    EXPECT_LT(sent, 20u << 20);  // What the sockets' buffers hold.
    return result;
  }
};

TEST_F(CurlRequestTest, AnAnswerCutAnywhereIsNoAnswer) {
  const std::string answer = Answer(200, "hello");
  for (size_t bytes = 0; bytes < answer.size(); ++bytes) {
    const HttpFailure failure = Failure(After(answer.substr(0, bytes)));
    ASSERT_TRUE(failure.maybe_delivered) << bytes << ": " << failure.message;
    ASSERT_FALSE(failure.is_connect) << bytes;
  }
  EXPECT_EQ(Response(After(answer)).body, "hello");
}

TEST_F(CurlRequestTest, AChunkedAnswerCutAnywhereIsNoAnswer) {
  const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (size_t bytes = 0; bytes < answer.size(); bytes += 3) {
    ASSERT_TRUE(Failure(After(answer.substr(0, bytes))).maybe_delivered) << bytes;
  }
  EXPECT_EQ(Response(After(answer)).body, "abc");
}

TEST_F(CurlRequestTest, AResetAtAnyPointLeavesTheOutcomeUnknown) {
  const std::string body(2'000'000, 'b');
  for (size_t bytes : {size_t{300'000}, body.size()}) {
    TestHttpServer server([&](TestConnection& connection, int) {
      connection.ReadBytes(bytes);
      connection.Reset();
    });
    const HttpFailure failure = Failure(Post(server.url(), body));
    EXPECT_TRUE(failure.maybe_delivered) << bytes << ": " << failure.message;
  }
}

TEST_F(CurlRequestTest, SilenceEndsByTheStallLimit) {
  TestHttpServer server([](TestConnection& connection, int) { connection.WaitForClose(); });
  const MonoTime start = clock_.Now();
  const HttpFailure failure = Failure(Post(server.url(), "body"));
  EXPECT_TRUE(failure.maybe_delivered);
  EXPECT_FALSE(failure.is_connect);
  EXPECT_LT(clock_.Now() - start, Limits().total_max);
}

TEST_F(CurlRequestTest, AnAnswerThatDripsEndsByTheStallOrTheTotalLimit) {
  EXPECT_TRUE(Failure(Endless("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", "x", 50)).maybe_delivered);
}

TEST_F(CurlRequestTest, AGigabyteIsRefusedAtOnce) {
  const HttpFailure announced =
      Failure(Endless("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", std::string(65536, 'x')));
  EXPECT_TRUE(announced.is_answer_too_large);
  EXPECT_TRUE(announced.maybe_delivered);
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  const HttpFailure chunked = Failure(Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk));
  EXPECT_TRUE(chunked.is_answer_too_large);
  EXPECT_TRUE(chunked.maybe_delivered);
}

TEST_F(CurlRequestTest, TheBoundOfABodyIsExact) {
  EXPECT_EQ(Response(After(Answer(200, std::string(100, 'x')), 100)).body.size(), 100u);
  EXPECT_TRUE(Failure(After(Answer(200, std::string(101, 'x')), 100)).is_answer_too_large);
}

TEST_F(CurlRequestTest, EndlessHeadersAreRefused) {
  EXPECT_TRUE(Failure(Endless("HTTP/1.1 200 OK\r\n", "X-More: of the same\r\n")).is_answer_too_large);
  EXPECT_TRUE(Failure(Endless("HTTP/1.1 200 OK\r\nX: ", std::string(1000, 'x'))).maybe_delivered);
  EXPECT_TRUE(Failure(Endless("", "HTTP/1.1 100 Continue\r\n\r\n")).is_answer_too_large);
}

TEST_F(CurlRequestTest, GarbageIsNoAnswer) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n0\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nabc"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc"), std::string("SSH-2.0-OpenSSH_9.2\r\n"),
        std::string("\0\0\0\0", 4), std::string("HTTP/0.9")}) {
    EXPECT_TRUE(Failure(After(answer)).maybe_delivered) << answer;
  }
}

TEST_F(CurlRequestTest, AnInterimAnswerIsPassedOver) {
  const HttpResponse response =
      Response(After("HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n" + Answer(429, "later", "Retry-After: 7\r\n")));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.Header("Retry-After"), "7");
  EXPECT_EQ(response.Header("X-A"), "");
}

TEST_F(CurlRequestTest, AnAnswerWithoutALengthEndsWithTheConnection) {
  EXPECT_EQ(Response(After("HTTP/1.1 200 OK\r\n\r\nall of it")).body, "all of it");
}

TEST_F(CurlRequestTest, ARefusalBeforeTheBodyWasReadIsARefusal) {
  const std::string body(8'000'000, 'b');
  TestHttpServer server([&](TestConnection& connection, int) {
    connection.ReadBytes(1);
    connection.Send(Answer(413, "", "Connection: close\r\n"));
    connection.WaitForClose();
  });
  EXPECT_EQ(Response(Post(server.url(), body)).status, 413);
}

TEST_F(CurlRequestTest, ARefusalWhosePageIsTooLargeOrCutIsARefusal) {
  EXPECT_EQ(Response(After(Answer(503, std::string(5000, 'x')), 100)).status, 503);
  EXPECT_EQ(Response(After("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n<html>")).status, 404);
  // What a 400 means stands in its body.
  EXPECT_TRUE(Failure(After("HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\n{")).maybe_delivered);
}

}  // namespace
}  // namespace tailrace
