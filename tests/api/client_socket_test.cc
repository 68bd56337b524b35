#include "api/client_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ClientSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    peer_ = UniqueFd(fds[0]);
    socket_ = std::make_unique<ClientSocket>(UniqueFd(fds[1]), clock_);
  }
  void PeerSends(std::string_view bytes) {
    ASSERT_EQ(send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  MonoTime Soon() { return clock_.Now() + milliseconds(50); }
  MonoTime Late() { return clock_.Now() + seconds(20); }

  SystemClock clock_;
  UniqueFd peer_;
  std::unique_ptr<ClientSocket> socket_;
};

TEST_F(ClientSocketTest, GreetingLooksWithoutTaking) {
  EXPECT_EQ(ClientSocket::Greet(socket_->fd()), ClientSocket::Greeting::kNone);
  PeerSends("x");
  EXPECT_EQ(ClientSocket::Greet(socket_->fd()), ClientSocket::Greeting::kBytes);
  EXPECT_EQ(ClientSocket::Greet(socket_->fd()), ClientSocket::Greeting::kBytes);
  char c;
  EXPECT_EQ(socket_->Read(&c, 1, Late()), 1);
  peer_ = UniqueFd();
  EXPECT_EQ(ClientSocket::Greet(socket_->fd()), ClientSocket::Greeting::kClosed);
}

TEST_F(ClientSocketTest, HeadEndsAtTheBlankLineWhereverReadsAreCut) {
  const std::string request = "POST / HTTP/1.1\r\nA: b\r\n\r\nbody";
  for (size_t cut = 1; cut < request.size(); ++cut) {
    SetUp();
    PeerSends(request.substr(0, cut));
    std::thread rest([&] { PeerSends(request.substr(cut)); });
    EXPECT_EQ(socket_->ReadHead(Late()), ClientSocket::Head::kWhole) << cut;
    EXPECT_EQ(socket_->head(), request.substr(0, request.size() - 4));
    rest.join();
    std::string body;
    char c;
    while (body.size() < 4 && socket_->Read(&c, 1, Late()) == 1) body += c;
    EXPECT_EQ(body, "body");
    EXPECT_EQ(socket_->Read(&c, 1, Soon()), -1);
  }
}

TEST_F(ClientSocketTest, HeadThatDoesNotComeIsSlowClosedOrTooLarge) {
  PeerSends("POST /");
  EXPECT_EQ(socket_->ReadHead(Soon()), ClientSocket::Head::kSlow);
  peer_ = UniqueFd();
  EXPECT_EQ(socket_->ReadHead(Late()), ClientSocket::Head::kClosed);
  SetUp();
  std::thread writer([&] { PeerSends(std::string(ClientSocket::kHeadBytesMax + 1, 'x')); });
  EXPECT_EQ(socket_->ReadHead(Late()), ClientSocket::Head::kTooLarge);
  writer.join();
}

TEST_F(ClientSocketTest, WriteFailsWhenTheClientGoesOrShutdownComes) {
  std::string much(8 * 1024 * 1024, 'x');
  std::thread closer([&] {
    char c;
    EXPECT_EQ(recv(peer_.get(), &c, 1, 0), 1);  // It is writing.
    peer_ = UniqueFd();
  });
  EXPECT_FALSE(socket_->Write(much));
  EXPECT_TRUE(socket_->is_gone());
  closer.join();
  SetUp();
  std::thread stopper([&] {
    char c;
    EXPECT_EQ(recv(peer_.get(), &c, 1, 0), 1);
    socket_->Shutdown();
  });
  EXPECT_FALSE(socket_->Write(much));
  stopper.join();
}

TEST_F(ClientSocketTest, HalfClosedIsNotGone) {
  EXPECT_FALSE(socket_->is_gone());
  shutdown(peer_.get(), SHUT_WR);
  EXPECT_FALSE(socket_->is_gone());
  peer_ = UniqueFd();
  EXPECT_TRUE(socket_->is_gone());
}

TEST_F(ClientSocketTest, LingerReadsAwayUntilTheClientCloses) {
  std::thread client([&] {
    PeerSends(std::string(100'000, 'x'));
    char c;
    EXPECT_EQ(recv(peer_.get(), &c, 1, 0), 1);
    EXPECT_EQ(c, 'a');
    peer_ = UniqueFd();
  });
  ASSERT_TRUE(socket_->Write("a"));
  socket_->Linger();
  client.join();
}

}  // namespace
}  // namespace tailrace
