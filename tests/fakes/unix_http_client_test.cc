#include "tests/fakes/unix_http_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

// Answers one connection with fixed bytes.
class Server {
 public:
  Server(const std::string& path, std::string answer) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(fd_.get(), 1), 0);
    thread_ = std::thread([this, answer = std::move(answer)] {
      UniqueFd client(accept(fd_.get(), nullptr, nullptr));
      char buffer[1024];
      ssize_t n = recv(client.get(), buffer, sizeof(buffer), 0);
      if (n > 0) got_.assign(buffer, static_cast<size_t>(n));
      EXPECT_GT(send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL), 0);
    });
  }
  ~Server() { thread_.join(); }
  std::string got_;

 private:
  UniqueFd fd_;
  std::thread thread_;
};

HttpReply Answered(const std::string& answer) {
  TempDir dir;
  Server server(dir / "s", answer);
  UnixHttpClient client(dir / "s");
  EXPECT_TRUE(client.SendPost("/x", "{}"));
  return client.ReadReply();
}

TEST(UnixHttpClient, ReadsABodyOfKnownLength) {
  HttpReply reply = Answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(reply.headers["connection"], "close");
  EXPECT_TRUE(reply.is_whole);
}

TEST(UnixHttpClient, JoinsChunksAndTellsACutBody) {
  HttpReply whole =
      Answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_EQ(whole.body, "abc0123456789");
  EXPECT_TRUE(whole.is_whole);
  HttpReply cut = Answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(cut.body, "abc");
  EXPECT_FALSE(cut.is_whole);
}

TEST(UnixHttpClient, IsNotConnectedWhereNobodyListens) {
  TempDir dir;
  EXPECT_FALSE(UnixHttpClient(dir / "none").is_connected());
}

}  // namespace
}  // namespace tailrace
