#include "api/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "tests/fakes/temp_dir.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {
namespace {

class ListenerTest : public testing::Test {
 protected:
  std::unique_ptr<Listener> Open() {
    Result<std::unique_ptr<Listener>> listener = Listener::Open(path_);
    EXPECT_TRUE(listener.ok()) << listener.status().message();
    return listener.ok() ? std::move(*listener) : nullptr;
  }
  bool Exists() {
    struct stat found {};
    return lstat(path_.c_str(), &found) == 0;
  }

  TempDir dir_;
  std::string path_ = dir_ / "a/b/tailrace.sock";
};

TEST_F(ListenerTest, MakesItsFoldersAndASocketForRootAlone) {
  std::unique_ptr<Listener> listener = Open();
  ASSERT_NE(listener, nullptr);
  struct stat found {};
  ASSERT_EQ(lstat(path_.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_FALSE(listener->Accept().is_open());
  UnixHttpClient client(path_);
  EXPECT_TRUE(client.is_connected());
  EXPECT_TRUE(listener->Accept().is_open());
}

TEST_F(ListenerTest, RemovesItsSocketAtTheEnd) {
  Open();
  EXPECT_FALSE(Exists());
}

// Trap 12: a process that was killed leaves its socket behind.
TEST_F(ListenerTest, StaleSocketIsReplaced) {
  std::unique_ptr<Listener> killed = Open();
  ASSERT_EQ(rename(path_.c_str(), (dir_ / "kept").c_str()), 0);
  killed.reset();  // Nobody listens any more, and the file is still there.
  ASSERT_EQ(rename((dir_ / "kept").c_str(), path_.c_str()), 0);
  ASSERT_FALSE(UnixHttpClient(path_).is_connected());
  std::unique_ptr<Listener> listener = Open();
  EXPECT_TRUE(UnixHttpClient(path_).is_connected());
}

TEST_F(ListenerTest, SocketOfALivingProcessIsLeftAlone) {
  std::unique_ptr<Listener> first = Open();
  Result<std::unique_ptr<Listener>> second = Listener::Open(path_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kBusy);
  EXPECT_TRUE(UnixHttpClient(path_).is_connected());
}

TEST_F(ListenerTest, SocketThatAnotherHasMadeSinceIsLeftAlone) {
  std::unique_ptr<Listener> first = Open();
  ASSERT_EQ(unlink(path_.c_str()), 0);
  std::unique_ptr<Listener> second = Open();
  first.reset();
  EXPECT_TRUE(UnixHttpClient(path_).is_connected());
}

TEST_F(ListenerTest, OtherFilesAreNeverRemoved) {
  path_ = dir_ / "file";
  std::ofstream(path_) << "x";
  Result<std::unique_ptr<Listener>> listener = Listener::Open(path_);
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().code(), StatusCode::kExists);
  EXPECT_TRUE(Exists());
}

TEST_F(ListenerTest, PathTooLongForASocketSaysSo) {
  Result<std::unique_ptr<Listener>> listener = Listener::Open(dir_ / std::string(120, 'x'));
  ASSERT_FALSE(listener.ok());
  EXPECT_NE(listener.status().message().find("a socket's path has 1 to 107 bytes"), std::string::npos);
  EXPECT_FALSE(Listener::Open("").ok());
}

TEST_F(ListenerTest, PortsOfTcpAreServedInBothFamilies) {
  for (const HostPort& address : {HostPort{"127.0.0.1", false, 0}, HostPort{"::1", true, 0}, HostPort{"", false, 0}}) {
    Result<std::unique_ptr<Listener>> listener = Listener::OpenTcp(address);
    if (!listener.ok() && address.is_v6) continue;  // This machine has no such family.
    ASSERT_TRUE(listener.ok()) << listener.status().message();
    EXPECT_EQ((*listener)->path(), "");
    EXPECT_FALSE((*listener)->Accept().is_open());
  }
}

TEST_F(ListenerTest, PortThatIsTakenIsSaidSo) {
  const Result<std::unique_ptr<Listener>> first = Listener::OpenTcp({"127.0.0.1", false, 0});
  ASSERT_TRUE(first.ok());
  sockaddr_in bound{};
  socklen_t bytes = sizeof(bound);
  ASSERT_EQ(getsockname((*first)->fd(), reinterpret_cast<sockaddr*>(&bound), &bytes), 0);
  const Result<std::unique_ptr<Listener>> second = Listener::OpenTcp({"127.0.0.1", false, ntohs(bound.sin_port)});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kBusy);
  EXPECT_NE(second.status().message().find("another process listens there"), std::string::npos);
  // TEST-NET-1: nobody has it.
  EXPECT_FALSE(Listener::OpenTcp({"192.0.2.1", false, 9123}).ok());
}

// Trap 6: dockerd calls in parallel, hundreds at boot.
TEST_F(ListenerTest, BurstOfConnectionsFitsTheBacklog) {
  std::unique_ptr<Listener> listener = Open();
  std::vector<std::unique_ptr<UnixHttpClient>> clients;
  for (int i = 0; i < 500; ++i) {
    clients.push_back(std::make_unique<UnixHttpClient>(path_));
    ASSERT_TRUE(clients.back()->is_connected()) << i;
  }
}

}  // namespace
}  // namespace tailrace
