// What a killed process leaves behind, and the next one finds.
#include <filesystem>

#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

class Recovery : public PluginTest {};

// Trap 14: dockerd does not call again; whoever does not go on reading lets the container hang.
TEST_F(Recovery, ReattachesAfterSigkill) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  std::string expected;
  for (int round = 0; round < 5; ++round) {
    logger->WriteLine("before " + std::to_string(round));
    plugin_->Kill();
    logger->WriteLine("while dead " + std::to_string(round));
    StartPlugin();
    logger->WriteLine("after " + std::to_string(round));
    for (const char* when : {"before ", "while dead ", "after "}) expected += when + std::to_string(round) + "\n";
    EXPECT_EQ(Logs(container_, expected), expected);
  }
  EXPECT_EQ(logger->Stop().body, "{}");
  EXPECT_TRUE(Eventually([&] { return Tree(root_ + "/live").empty(); }));
}

TEST_F(Recovery, ContainerThatEndedWhileItWasDeadIsWhole) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  logger->WriteLine("one");
  EXPECT_EQ(logger->PostStop().body, "{}");
  plugin_->Kill();
  logger->CloseAndUnlink();
  StartPlugin();
  EXPECT_TRUE(Eventually([&] { return Tree(root_ + "/live").empty(); }));
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), "one\n");
}

// Trap 24: a blocking open of a FIFO that nobody holds never returns.
TEST_F(Recovery, StaleFifoEndsItsStreamAtReattach) {
  std::unique_ptr<FakeLogger> stale = dockerd_.Start(container_);
  std::unique_ptr<FakeLogger> removed = dockerd_.Start(container_);
  ASSERT_TRUE(stale != nullptr && removed != nullptr);
  stale->WriteLine("kept");
  stale->PostStop();
  plugin_->Kill();
  stale->Crash();
  removed->CloseAndUnlink();
  StartPlugin();
  EXPECT_TRUE(Eventually([&] { return Tree(root_ + "/live").empty(); }));
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), "kept\n");
}

// Trap 25: the file ends in mid-frame, and the pipe goes on there.
TEST_F(Recovery, FrameCutByACrashIsWhole) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  std::string expected;
  const std::string line = "a line that is cut";
  const size_t frame_bytes = Frame("stdout", 1, line).size();
  for (size_t cut = 1; cut < frame_bytes; ++cut) {
    std::string frame = Frame("stdout", static_cast<int64_t>(cut), line);
    logger->WriteBytes(frame.substr(0, cut));
    ASSERT_TRUE(Eventually([&] { return logger->PipeBytes() == 0; }));
    KillAndRestart();
    logger->WriteBytes(frame.substr(cut));
    expected += line + "\n";
    if (cut % 7 == 0) {
      EXPECT_EQ(Logs(container_, expected), expected) << cut;
    }
  }
  EXPECT_EQ(Logs(container_, expected), expected);
}

// The spool is gone, or another serves: nobody else would read the FIFO, and the container would hang.
TEST_F(Recovery, ContainersOfAWipedSpoolDoNotHang) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  plugin_->Kill();
  std::filesystem::remove_all(root_);
  StartPlugin();
  for (int i = 0; i < 1000; ++i) logger->WriteLine(std::string(1000, 'x'));
  EXPECT_EQ(logger->Stop().body, "{}");
}

}  // namespace
}  // namespace tailrace
