// How the process begins, ends, and begins again.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class Lifecycle : public PluginTest {
 protected:
  void SetUp() override {}  // Each test begins in its own way.

  void ExpectServes() {
    std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
    ASSERT_NE(logger, nullptr) << dockerd_.refusal();
    logger->WriteLine("served");
    EXPECT_EQ(logger->Stop().body, "{}");
  }
};

TEST_F(Lifecycle, CommandsPrintAndEnd) {
  int code = 0;
  EXPECT_TRUE(RunTailrace({"--version"}, code).starts_with("tailrace "));
  EXPECT_EQ(code, 0);
  EXPECT_NE(RunTailrace({"--help"}, code).find("usage: tailrace"), std::string::npos);
  EXPECT_EQ(code, 0);
  EXPECT_NE(RunTailrace({"options"}, code).find("  max-size "), std::string::npos);
  EXPECT_EQ(code, 0);
  EXPECT_NE(RunTailrace({"options", "--markdown"}, code).find("| `max-size` |"), std::string::npos);
  EXPECT_EQ(RunTailrace({"--sockt"}, code), "tailrace: unknown argument '--sockt'; try --help\n");
  EXPECT_EQ(code, 2);
}

TEST_F(Lifecycle, SigtermEndsItInOrderWithinASecond) {
  StartPlugin();
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  logger->WriteLine("x");
  std::unique_ptr<FakeLogStream> follower = dockerd_.Follow(container_);
  EXPECT_EQ(follower->NextText(), "x\n");
  TailraceProcess::Exit exit = plugin_->Terminate();
  EXPECT_TRUE(exit.has_ended);
  EXPECT_EQ(exit.code, 0) << plugin_->Stderr();
  EXPECT_LT(exit.after, IsSanitized() ? milliseconds(5000) : milliseconds(1500));
  EXPECT_EQ(follower->NextText(), "<end>");
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

// Trap 9: process 1 ignores SIGTERM unless it handles it.
TEST_F(Lifecycle, SigtermEndsProcessOne) {
  plugin_ = std::make_unique<TailraceProcess>(
      TailraceProcess::Settings{.socket = socket_, .root = root_, .as_process_one = true});
  if (!plugin_->Start()) GTEST_SKIP() << "no right to make a PID namespace";
  ASSERT_TRUE(plugin_->WaitReady());
  TailraceProcess::Exit exit = plugin_->Terminate();
  EXPECT_TRUE(exit.has_ended);
  EXPECT_EQ(exit.code, 0);
}

// Trap 10: dockerd dials 0.5 s after the start, and gives up after 12 s; recovery may take longer.
TEST_F(Lifecycle, ListensBeforeItRecovers) {
  std::filesystem::create_directories(root_);
  UniqueFd lock(open((root_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);  // A process that is being replaced.
  plugin_ = std::make_unique<TailraceProcess>(TailraceProcess::Settings{.socket = socket_, .root = root_});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(Eventually([&] { return UnixHttpClient(socket_).is_connected(); }));
  std::unique_ptr<FakeLogger> logger = dockerd_.MakeLogger();
  UnixHttpClient client(socket_);
  ASSERT_TRUE(client.SendPost("/LogDriver.StartLogging", FakeDockerd::StartBody(logger->file(), container_)));
  EXPECT_EQ(client.ReadReply(milliseconds(200)).status, 0);
  lock = UniqueFd();
  // Sent before anything was recovered, and not lost.
  EXPECT_EQ(client.ReadReply().body, "{}");
}

TEST_F(Lifecycle, EndsWhenToldToWhileItWaitsForTheSpool) {
  std::filesystem::create_directories(root_);
  UniqueFd lock(open((root_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
  plugin_ = std::make_unique<TailraceProcess>(TailraceProcess::Settings{.socket = socket_, .root = root_});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(Eventually([&] { return UnixHttpClient(socket_).is_connected(); }));
  EXPECT_EQ(plugin_->Terminate().code, 0);
}

// Trap 11: an exit at the start disables the plugin, and may keep the daemon from starting.
TEST_F(Lifecycle, ServesWithABadEnvironment) {
  StartPlugin(
      {{"TAILRACE_MAX_SIZE", "hunter2"}, {"TAILRACE_OPTS", "nonsense max-fil=1 \"open"}, {"TAILRACE_LOG_LEVEL", ""}});
  ExpectServes();
  EXPECT_NE(plugin_->Stderr().find("TAILRACE_MAX_SIZE: not a size"), std::string::npos) << plugin_->Stderr();
  EXPECT_EQ(plugin_->Stderr().find("hunter2"), std::string::npos);
}

TEST_F(Lifecycle, ServesWithARootThatIsAFile) {
  std::ofstream(root_) << "not a folder";
  StartPlugin();
  ExpectServes();
  EXPECT_EQ(Logs(container_, "served\n"), "served\n");
  EXPECT_TRUE(std::filesystem::is_directory(root_ + ".1"));
  KillAndRestart();
  EXPECT_EQ(Logs(container_, "served\n"), "served\n");  // The same place again.
}

TEST_F(Lifecycle, ServesWithASpoolOfANewerVersion) {
  StartPlugin();
  ExpectServes();
  plugin_->Kill();
  std::string lock;
  std::getline(std::ifstream(root_ + "/lock"), lock);
  ASSERT_TRUE(lock.ends_with("1"));
  std::ofstream(root_ + "/lock") << lock.substr(0, lock.size() - 1) << "99\n";
  StartPlugin();
  ExpectServes();
  EXPECT_EQ(Logs(container_, "served\n"), "served\n");
  EXPECT_NE(plugin_->Stderr().find("spool-unusable"), std::string::npos);
}

TEST_F(Lifecycle, ServesWhateverIsInItsSpool) {
  StartPlugin();
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  logger->WriteLine("x");
  plugin_->Kill();
  for (const std::string& path : Tree(root_)) {
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path))) continue;
    std::ofstream(path, std::ios::binary) << std::string(5000, '\xa5');
  }
  std::ofstream(root_ + "/live/junk") << "x";
  std::ofstream(root_ + "/c/junk") << "x";
  std::filesystem::create_symlink("/nowhere/at/all", root_ + "/live/dangling");
  std::filesystem::create_directories(root_ + "/c/" + FakeContainerId(9) + "/junk");
  StartPlugin();
  const FakeContainer other{.id = FakeContainerId(7)};
  std::unique_ptr<FakeLogger> second = dockerd_.Start(other);
  ASSERT_NE(second, nullptr);
  second->WriteLine("y");
  EXPECT_EQ(Logs(other, "y\n"), "y\n");
  // The container of the damaged stream must not hang: its FIFO is read.
  logger->WriteLine("z");
  EXPECT_TRUE(Eventually([&] { return logger->PipeBytes() == 0; }));
}

TEST_F(Lifecycle, ServesOnAReadOnlyDisk) {
  // Root may write anywhere; a folder below a file cannot be made by anyone.
  std::ofstream(dir_ / "file") << "x";
  plugin_ = std::make_unique<TailraceProcess>(TailraceProcess::Settings{
      .socket = socket_, .root = dir_ / "file/spool", .stderr_fd = open("/dev/null", O_WRONLY)});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(plugin_->WaitReady());
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  for (int i = 0; i < 1000; ++i) logger->WriteLine(std::string(1000, 'x'));  // 1 MB through a pipe of 64 KiB.
  EXPECT_EQ(logger->Stop().body, "{}");
}

// Trap 12
TEST_F(Lifecycle, StaleSocketOfAKilledProcessIsReplaced) {
  StartPlugin();
  plugin_->Kill();
  ASSERT_TRUE(std::filesystem::exists(socket_));
  StartPlugin();
  ExpectServes();
}

TEST_F(Lifecycle, SecondProcessOnTheSameSocketEndsWithAClearMessage) {
  StartPlugin();
  const std::string other_root = dir_ / "other";
  TailraceProcess second({.socket = socket_, .root = other_root});
  ASSERT_TRUE(second.Start());
  TailraceProcess::Exit exit = second.WaitExit(seconds(30));
  EXPECT_TRUE(exit.has_ended);
  EXPECT_EQ(exit.code, 1);
  EXPECT_NE(second.Stderr().find("another process listens there"), std::string::npos) << second.Stderr();
  ExpectServes();
}

// Trap 17: nobody reads dockerd's ends of stdout and stderr while a daemon with live-restore is down.
TEST_F(Lifecycle, ServesWhileNobodyReadsItsStderr) {
  int pipe_fds[2];
  ASSERT_EQ(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK), 0);
  UniqueFd reader(pipe_fds[0]), writer(pipe_fds[1]);
  std::string filler(64 * 1024, 'x');
  while (write(writer.get(), filler.data(), filler.size()) > 0) continue;
  while (write(writer.get(), "x", 1) > 0) continue;  // Not one byte more.
  ASSERT_EQ(fcntl(writer.get(), F_SETFL, 0), 0);     // A write by the plugin would wait for ever.
  plugin_ = std::make_unique<TailraceProcess>(
      TailraceProcess::Settings{.socket = socket_, .root = root_, .stderr_fd = writer.get()});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(plugin_->WaitReady());
  for (int i = 0; i < 50; ++i) dockerd_.Call("/LogDriver.StartLogging", "{\"File\":" + std::to_string(i) + "}");
  ExpectServes();
}

TEST_F(Lifecycle, ServesWhenNobodyWillEverReadItsStderr) {
  int pipe_fds[2];
  ASSERT_EQ(pipe2(pipe_fds, O_CLOEXEC), 0);
  UniqueFd writer(pipe_fds[1]);
  { UniqueFd reader(pipe_fds[0]); }  // A write raises SIGPIPE.
  plugin_ = std::make_unique<TailraceProcess>(
      TailraceProcess::Settings{.socket = socket_, .root = root_, .stderr_fd = writer.get()});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(plugin_->WaitReady());
  ExpectServes();
}

}  // namespace
}  // namespace tailrace
