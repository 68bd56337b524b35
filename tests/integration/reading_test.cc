// `docker logs` over the real socket.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class Reading : public PluginTest {
 protected:
  std::unique_ptr<FakeLogger> Start() {
    std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
    EXPECT_NE(logger, nullptr) << dockerd_.refusal();
    return logger;
  }
  static std::string Rfc3339(std::chrono::system_clock::time_point time) {
    std::time_t seconds_since = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds_since, &parts);
    char text[40];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    auto nanos = std::chrono::nanoseconds(time.time_since_epoch()).count() % 1'000'000'000;
    char fraction[16];
    std::snprintf(fraction, sizeof(fraction), ".%09ldZ", static_cast<long>(nanos));
    return std::string(text) + fraction;
  }
};

// Trap 27
TEST_F(Reading, UnterminatedAndLongLinesComeBackAsTheyWere) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::string expected;
  for (size_t bytes : {size_t{0}, size_t{1}, kDockerChunkBytes - 1, kDockerChunkBytes, kDockerChunkBytes + 1,
                       2 * kDockerChunkBytes, size_t{40'000}}) {
    std::string line(bytes, 'a');
    logger->WriteLine(line);
    expected += line + "\n";
  }
  for (const std::string& frame : SplitLine("stdout", 1, "tail", LineEnd::kOpen)) logger->Write(frame);
  EXPECT_EQ(Logs(container_, expected + "tail"), expected + "tail");
  logger->Stop();
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected + "tail");
}

TEST_F(Reading, LinesAreBytes) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::string line("\x00\x01\xff\xfe\r\x1b[31m\t\xc3\xa9", 14);
  logger->WriteLine(line);
  logger->WriteLine("err", "stderr");
  logger->PostStop();
  FakeLogs logs = dockerd_.ReadLogs(container_);
  ASSERT_EQ(logs.entries.size(), 2u);
  EXPECT_EQ(logs.entries[0].line(), line + "\n");
  EXPECT_EQ(logs.entries[0].source(), "stdout");
  EXPECT_EQ(logs.entries[1].source(), "stderr");
}

// Trap 29
TEST_F(Reading, RunsOfOneContainerFollowEachOther) {
  std::string expected;
  for (int run = 0; run < 5; ++run) {
    std::unique_ptr<FakeLogger> logger = Start();
    logger->WriteLine("run " + std::to_string(run));
    expected += "run " + std::to_string(run) + "\n";
    EXPECT_EQ(Logs(container_, expected), expected);
    logger->Stop();
    EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected);
  }
}

// Trap 30
TEST_F(Reading, TailSinceUntilAndOffsetsFilter) {
  std::unique_ptr<FakeLogger> logger = Start();
  constexpr int64_t kBase = 1'767'323'045'000'000'000;  // 2026-01-02T03:04:05Z
  for (int i = 0; i < 10; ++i) logger->WriteLine(std::to_string(i), "stdout", kBase + i * 1'000'000'000LL);
  logger->PostStop();  // All of them are in the journal.
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.tail = 3}).text(), "7\n8\n9\n");
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.tail = 0}).text(), "");
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.tail = 100}).text(), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.since = "2026-01-02T04:04:12+01:00"}).text(), "7\n8\n9\n");
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.until = "2026-01-02T03:04:06.0Z"}).text(), "0\n1\n");
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.since = "2026-01-02T03:04:07Z", .until = "2026-01-02T03:04:08Z"}).text(),
            "2\n3\n");
  // First the tail, then the times.
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.until = "2026-01-02T03:04:12Z", .tail = 3}).text(), "7\n");
  EXPECT_EQ(
      dockerd_.ReadLogs(container_, {.since = "1500-01-01T00:00:00Z", .until = "3000-01-01T00:00:00Z"}).entries.size(),
      10u);
  EXPECT_EQ(dockerd_.ReadLogs(container_, {.until = "1500-01-01T00:00:00Z"}).text(), "");
}

// Trap 31
TEST_F(Reading, FollowerEndsWhenTheContainerStops) {
  std::unique_ptr<FakeLogger> logger = Start();
  logger->WriteLine("history");
  std::unique_ptr<FakeLogStream> follower = dockerd_.Follow(container_);
  EXPECT_EQ(follower->NextText(), "history\n");
  logger->WriteLine("live");
  EXPECT_EQ(follower->NextText(), "live\n");
  logger->WriteLine("last");
  logger->Stop();
  EXPECT_EQ(follower->NextText(), "last\n");
  EXPECT_EQ(follower->NextText(), "<end>");
}

TEST_F(Reading, FollowerEndsWhenUntilHasPassed) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::unique_ptr<FakeLogStream> follower =
      dockerd_.Follow(container_, {.until = Rfc3339(std::chrono::system_clock::now() + milliseconds(700))});
  logger->WriteLine("early");
  EXPECT_EQ(follower->NextText(), "early\n");
  EXPECT_EQ(follower->NextText(), "<end>");
}

TEST_F(Reading, FollowerSeesALineAtOnce) {
  std::unique_ptr<FakeLogger> logger = Start();
  logger->WriteLine("first");
  std::unique_ptr<FakeLogStream> follower = dockerd_.Follow(container_, {.tail = 1});
  ASSERT_EQ(follower->NextText(), "first\n");  // From here on it follows.
  std::vector<milliseconds> waits;
  for (int i = 0; i < 20; ++i) {
    auto begin = steady_clock::now();
    logger->WriteLine(std::to_string(i));
    ASSERT_EQ(follower->NextText(), std::to_string(i) + "\n");
    waits.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
  }
  std::sort(waits.begin(), waits.end());
  EXPECT_LT(waits[10], milliseconds(IsSanitized() ? 500 : 100));
}

TEST_F(Reading, ManyFollowersGetEveryLineOnceAndInOrder) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::vector<std::unique_ptr<FakeLogStream>> followers;
  for (int i = 0; i < 8; ++i) followers.push_back(dockerd_.Follow(container_));
  constexpr int kLines = 3000;
  std::thread writer([&] {
    for (int i = 0; i < kLines; ++i) logger->WriteLine(std::to_string(i));
    logger->Stop();
  });
  for (auto& follower : followers) {
    for (int i = 0; i < kLines; ++i) ASSERT_EQ(follower->NextText(), std::to_string(i) + "\n");
    EXPECT_EQ(follower->NextText(), "<end>");
  }
  writer.join();
}

// Trap 32: headers that come late count against the client's time limit.
TEST_F(Reading, HeadersOfAFollowerComeAtOnce) {
  std::unique_ptr<FakeLogger> logger = Start();
  auto quickest = steady_clock::duration::max();
  // A busy machine makes any single try slow; what waits for a line or a timer is slow each time.
  for (int i = 0; i < 5 && quickest >= seconds(1); ++i) {
    auto begin = steady_clock::now();
    std::unique_ptr<FakeLogStream> follower = dockerd_.Follow(container_);
    EXPECT_EQ(follower->head().status, 200);
    quickest = std::min(quickest, steady_clock::now() - begin);
    EXPECT_EQ(follower->NextText(milliseconds(50)), "<timeout>");
  }
  EXPECT_LT(quickest, seconds(1));
}

// Trap 8: a plugin that was enabled without `--timeout 0` has clients that leave after 30 s.
TEST_F(Reading, ClientThatGivesUpFreesItsPlace) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::vector<std::unique_ptr<FakeLogStream>> followers;
  for (int i = 0; i < 50; ++i) followers.push_back(dockerd_.Follow(container_));
  EXPECT_GE(plugin_->StatusNumber("Threads"), 50);
  followers.clear();
  EXPECT_TRUE(Eventually([&] { return plugin_->StatusNumber("Threads") < 10; }));
}

// Trap 33
TEST_F(Reading, HistoryOutlivesContainersAndPlugins) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    logger->WriteLine("line " + std::to_string(i));
    expected += "line " + std::to_string(i) + "\n";
  }
  logger->Stop();
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected);
  EXPECT_EQ(plugin_->Terminate().code, 0);
  StartPlugin();
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected);
  KillAndRestart();
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), expected);
}

// Trap 35
TEST_F(Reading, EqualAndFallingTimesKeepTheOrderOfWriting) {
  std::unique_ptr<FakeLogger> logger = Start();
  for (int64_t time : {5, 5, 3, 9, 1, 9}) logger->WriteLine("t" + std::to_string(time), "stdout", time);
  EXPECT_EQ(Logs(container_, "t5\nt5\nt3\nt9\nt1\nt9\n"), "t5\nt5\nt3\nt9\nt1\nt9\n");
}

// Trap 38
TEST_F(Reading, TimesKeepEveryNanosecond) {
  std::unique_ptr<FakeLogger> logger = Start();
  const int64_t time = 1'767'323'045'123'456'789;
  logger->WriteLine("x", "stdout", time);
  logger->PostStop();
  FakeLogs logs = dockerd_.ReadLogs(container_);
  ASSERT_EQ(logs.entries.size(), 1u);
  EXPECT_EQ(logs.entries[0].time_nano(), time);
}

TEST_F(Reading, ReaderThatSleepsGetsEverythingInTheEnd) {
  std::unique_ptr<FakeLogger> logger = Start();
  std::unique_ptr<FakeLogStream> follower = dockerd_.Follow(container_);
  constexpr int kLines = 5000;
  for (int i = 0; i < kLines; ++i) logger->WriteLine(std::string(1000, 'x'));  // Far more than a socket holds.
  logger->Stop();
  for (int i = 0; i < kLines; ++i) ASSERT_EQ(follower->NextText().size(), 1001u) << i;
  EXPECT_EQ(follower->NextText(), "<end>");
}

TEST_F(Reading, UnknownContainerHasNoLines) {
  FakeLogs logs = dockerd_.ReadLogs(FakeContainer{.id = FakeContainerId(99)});
  EXPECT_EQ(logs.reply.status, 200);
  EXPECT_TRUE(logs.reply.is_whole);
  EXPECT_EQ(logs.text(), "");
}

}  // namespace
}  // namespace tailrace
