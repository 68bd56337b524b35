// Many at once.
#include <chrono>
#include <thread>

#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class Load : public PluginTest {};

// Trap 6: dockerd starts all its containers at once.
TEST_F(Load, BurstOf200ContainersStarts) {
  std::vector<std::unique_ptr<FakeLogger>> loggers;
  std::vector<std::unique_ptr<UnixHttpClient>> clients;
  for (uint64_t i = 0; i < 200; ++i) {
    loggers.push_back(dockerd_.MakeLogger());
    clients.push_back(std::make_unique<UnixHttpClient>(socket_));
    ASSERT_TRUE(clients.back()->is_connected());
  }
  auto begin = steady_clock::now();
  for (uint64_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(clients[i]->SendPost("/LogDriver.StartLogging",
                                     FakeDockerd::StartBody(loggers[i]->file(), {.id = FakeContainerId(i)})));
  }
  for (auto& client : clients) EXPECT_EQ(client->ReadReply().body, "{}");
  EXPECT_LT(steady_clock::now() - begin, seconds(5));
  for (uint64_t i = 0; i < 200; ++i) loggers[i]->WriteLine(std::to_string(i));
  for (uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(Logs({.id = FakeContainerId(i)}, std::to_string(i) + "\n"), std::to_string(i) + "\n");
  }
}

// Trap 6: followers last for days.
TEST_F(Load, StartLoggingIsAnsweredWithinASecondWhile256FollowStreamsAreOpen) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  std::vector<std::unique_ptr<FakeLogStream>> followers;
  for (int i = 0; i < 256; ++i) {
    followers.push_back(dockerd_.Follow(container_));
    ASSERT_EQ(followers.back()->head().status, 200);
  }
  for (uint64_t i = 2; i < 12; ++i) {
    auto begin = steady_clock::now();
    std::unique_ptr<FakeLogger> other = dockerd_.Start({.id = FakeContainerId(i)});
    ASSERT_NE(other, nullptr) << dockerd_.refusal();
    EXPECT_EQ(other->Stop().body, "{}");
    EXPECT_LT(steady_clock::now() - begin, seconds(1));
  }
  // One more reader is refused with a sentence, and does no harm.
  HttpReply refused = dockerd_.ReadLogs(container_).reply;
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("too many"), std::string::npos);
  logger->WriteLine("to all");
  for (auto& follower : followers) EXPECT_EQ(follower->NextText(), "to all\n");
  auto begin = steady_clock::now();
  TailraceProcess::Exit exit = plugin_->Terminate();
  EXPECT_EQ(exit.code, 0);
  EXPECT_LT(steady_clock::now() - begin, seconds(IsSanitized() ? 10 : 2));
}

// Trap 21: a container that writes much and ends at once.
TEST_F(Load, BurstBeforeTheEndIsKept) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  std::string expected;
  auto begin = steady_clock::now();
  for (int i = 0; i < 1200; ++i) {
    std::string line = std::to_string(i) + std::string(1000, 'x');
    logger->WriteLine(line);
    expected += line + "\n";
  }
  EXPECT_EQ(logger->Stop().body, "{}");
  EXPECT_LT(steady_clock::now() - begin, seconds(5));
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected);
}

// Trap 26: a thread for each FIFO would not scale.
TEST_F(Load, TwoHundredIdleContainersCostFewThreadsAndLittleMemory) {
  std::vector<std::unique_ptr<FakeLogger>> loggers;
  for (uint64_t i = 0; i < 200; ++i) {
    loggers.push_back(dockerd_.Start({.id = FakeContainerId(i)}));
    ASSERT_NE(loggers.back(), nullptr) << dockerd_.refusal();
    loggers.back()->WriteLine("started");
  }
  EXPECT_TRUE(Eventually([&] { return plugin_->StatusNumber("Threads") <= 6; }));
  const long resident_max = IsSanitized() ? 1024 * 1024 : 12 * 1024;  // KiB
  EXPECT_LE(plugin_->StatusNumber("VmRSS"), resident_max);
}

TEST_F(Load, ContainersComeAndGoWithoutLeavingDescriptors) {
  for (uint64_t i = 0; i < 50; ++i) {
    std::unique_ptr<FakeLogger> logger = dockerd_.Start({.id = FakeContainerId(i)});
    ASSERT_NE(logger, nullptr);
    logger->WriteLine("x");
    logger->Stop();
  }
  const std::string fds = "/proc/" + std::to_string(plugin_->pid()) + "/fd";
  EXPECT_TRUE(Eventually([&] { return Tree(fds).size() < 25; })) << Tree(fds).size();
}

}  // namespace
}  // namespace tailrace
