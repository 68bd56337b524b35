// The traps of Docker's plugin protocol by their numbers, and the tests that hold them. Tests of whole calls are in
// this folder; the rest is where it fits best.
//
//   1  retries without a body                 Traps.RetriesWithoutBody…
//   2  empty Host, no Content-Type, no body   HttpExchangeTest.EmptyHostNoContentTypeAndNoBodyAreFine, Traps.EmptyHost…
//   3  probes; vanished readers               HttpServerTest.Probes…, HttpExchangeTest.VanishedReader…
//   4  an empty success is a failure          Traps.EverySuccessHasABody
//   5  idle connections                       HttpExchangeTest.EveryAnswerClosesItsConnection
//   6  parallel calls, long streams           Load.BurstOf200…, Load.StartLoggingIsAnsweredWithinASecond…
//   7  shapes that the documentation has wrong  Messages.Golden…, Traps.GoldenAnswers
//   8  a client that gives up after 30 s      Reading.ClientThatGivesUpFreesItsPlace
//   9  SIGTERM as process 1                   Lifecycle.SigtermEndsProcessOne
//  10  listen before recovering               Lifecycle.ListensBeforeItRecovers
//  11  never exit at start                    Lifecycle.ServesWith…, PluginOptions.BadValues…
//  12  a stale socket                         ListenerTest.StaleSocketIsReplaced, Lifecycle.StaleSocket…
//  14  re-attach                              Recovery.ReattachesAfterSigkill, ReattachTest.*
//  15  upgrades replace the root file system  Traps.ConfigKeepsFifosAndSpool…; tests/dockerd
//  16  bind sources, network                  Traps.ConfigAsksForTheHostsNetwork…
//  17  stderr may block                       Lifecycle.ServesWhileNobodyReadsItsStderr; tests/base
//  18  StopLogging before the end             DriverTest.StopWaits…, Traps.StopLoggingMovesWhatIsInThePipe…
//  19  no network in StopLogging              Traps.StopLoggingIsAnsweredAtOnce
//  20  an Err from StopLogging leaks          Requests.StopLoggingIsAlwaysASuccess
//  21  reading slowly loses lines             Load.BurstBeforeTheEndIsKept
//  22  docker logs of a stopped container     Traps.LogsOfAStoppedContainerLeaveNoTrace, DriverTest.OptionsThat…
//  23  ends without stops, and so on          Traps.EndWithoutStop…, DriverTest.StopOfAnUnknownFile…, …TwoStreams…
//  24  a stale FIFO                           Recovery.StaleFifoEndsItsStream…
//  25  a frame cut by a crash                 Recovery.FrameCutByACrashIsWhole
//  26  threads do not scale                   Load.TwoHundredIdleContainers…
//  27  lines without an end, 16 KiB           Reading.UnterminatedAndLongLines…
//  28  docker rm is invisible                 tests/journal: retention
//  29  one id over restarts                   Reading.RunsOfOneContainerFollowEachOther
//  30  newlines, pieces, filters              Reading.TailSinceUntil…, Rfc3339.*, tests/sinks/spool
//  31  ends of followers; heartbeats          Reading.FollowerEnds…; tests/sinks/spool
//  32  headers at once; whole frames          Reading.HeadersOfAFollowerComeAtOnce, HttpExchangeTest.BrokenStream…
//  33  history outlives everything            Reading.HistoryOutlives…
//  35  times step back                        Reading.EqualAndFallingTimes…
//  36  secrets in the environment             Traps.EnvironmentIsNeitherStoredNorPrinted
//  37  null lists and maps                    Messages.NullListsAndMapsAreEmpty, Requests.NullLists…
//  38  64-bit times                           Messages.WholeNumbers…, Reading.TimesKeepEveryNanosecond
//  39  max-size, max-file, compress           Options.MaxSizeMaxFileAndCompress…, Requests.BadOption…
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "tests/integration/plugin_fixture.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class Traps : public PluginTest {};

TEST_F(Traps, AFakeDockerdsLineComesBack) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr) << dockerd_.refusal();
  logger->WriteLine("hello");
  EXPECT_EQ(Logs(container_, "hello\n"), "hello\n");
  EXPECT_EQ(logger->Stop().body, "{}");
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), "hello\n");
}

// Trap 1
TEST_F(Traps, RetriesWithoutBodyGetAnswersThatHelp) {
  HttpReply stop = dockerd_.Call("/LogDriver.StopLogging", "");
  EXPECT_EQ(stop.status, 200);
  EXPECT_EQ(stop.body, "{}");
  HttpReply start = dockerd_.Call("/LogDriver.StartLogging", "");
  EXPECT_EQ(start.status, 200);
  EXPECT_NE(start.body.find("start the container again"), std::string::npos) << start.body;
  HttpReply read = dockerd_.Call("/LogDriver.ReadLogs", "");
  EXPECT_EQ(read.status, 400);
  EXPECT_NE(read.body.find("run docker logs again"), std::string::npos) << read.body;
}

// Trap 2
TEST_F(Traps, EmptyHostIsServed) {
  UnixHttpClient client(socket_);
  ASSERT_TRUE(client.SendPost("/LogDriver.Capabilities", "", ""));
  EXPECT_EQ(client.ReadReply().status, 200);
}

// Traps 4 and 7
TEST_F(Traps, GoldenAnswers) {
  EXPECT_EQ(dockerd_.Call("/Plugin.Activate", "").body, R"({"Implements":["LogDriver"]})");
  EXPECT_EQ(dockerd_.Call("/LogDriver.Capabilities", "").body, R"({"Cap":{"ReadLogs":true}})");
  std::unique_ptr<FakeLogger> logger = dockerd_.MakeLogger();
  HttpReply start = dockerd_.PostStart(logger->file(), container_);
  EXPECT_EQ(start.status, 200);
  EXPECT_EQ(start.body, "{}");
  EXPECT_EQ(start.headers["content-type"], "application/json");
  EXPECT_EQ(start.headers["connection"], "close");
  HttpReply stop = logger->PostStop();
  EXPECT_EQ(stop.status, 200);
  EXPECT_EQ(stop.body, "{}");
  HttpReply read = dockerd_.ReadLogs(container_).reply;
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.headers["content-type"], "application/x-json-stream");
  EXPECT_TRUE(read.is_whole);
}

TEST_F(Traps, EverySuccessHasABody) {
  std::unique_ptr<FakeLogger> logger = dockerd_.MakeLogger();
  for (const HttpReply& reply : {dockerd_.Call("/Plugin.Activate", ""), dockerd_.Call("/LogDriver.Capabilities", ""),
                                 dockerd_.PostStart(logger->file(), container_), logger->PostStop(),
                                 dockerd_.Call("/LogDriver.StopLogging", "")}) {
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(JsonDocument::Parse(reply.body).ok()) << reply.body;
  }
}

// Trap 39
// Trap 15
TEST_F(Traps, ConfigKeepsFifosAndSpoolOnTheMountThatOutlivesUpgrades) {
  std::ifstream in(TAILRACE_SOURCE_DIR "/config.json");
  std::stringstream text;
  text << in.rdbuf();
  Result<JsonDocument> config = JsonDocument::Parse(text.str());
  ASSERT_TRUE(config.ok());
  const std::string mount = config->root().Member("propagatedMount").AsString().value_or("");
  EXPECT_EQ(mount, "/run/docker/logging");
  std::string root;
  for (const JsonView& entry : config->root().Member("env").Elements()) {
    if (entry.Member("name").AsString() == "TAILRACE_ROOT") root = entry.Member("value").AsString().value_or("");
  }
  EXPECT_TRUE(root.starts_with(mount + "/")) << root;
}

// Trap 16
TEST_F(Traps, ConfigAsksForTheHostsNetworkAndMountsWhatEveryHostHas) {
  std::ifstream in(TAILRACE_SOURCE_DIR "/config.json");
  std::stringstream text;
  text << in.rdbuf();
  Result<JsonDocument> config = JsonDocument::Parse(text.str());
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->root().Member("network").Member("type").AsString(), "host");
  for (const JsonView& mount : config->root().Member("mounts").Elements()) {
    EXPECT_TRUE(std::filesystem::exists(mount.Member("source").AsString().value_or("?")));
  }
}

// Trap 18
TEST_F(Traps, StopLoggingMovesWhatIsInThePipeAndDoesNotWaitForItsEnd) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  std::string text;
  for (int i = 0; i < 400; ++i) {
    std::string line = "line " + std::to_string(i) + std::string(100, '.');
    logger->WriteLine(line);
    text += line + "\n";
  }
  auto begin = steady_clock::now();
  EXPECT_EQ(logger->PostStop().body, "{}");
  EXPECT_LT(steady_clock::now() - begin, seconds(2));
  EXPECT_EQ(logger->PipeBytes(), 0u);
  logger->CloseAndUnlink();
  EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), text);
}

// Trap 19: nothing but the local disk is between the call and its answer.
TEST_F(Traps, StopLoggingIsAnsweredAtOnce) {
  for (int i = 0; i < 20; ++i) {
    std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
    ASSERT_NE(logger, nullptr);
    logger->WriteLine("x");
    auto begin = steady_clock::now();
    EXPECT_EQ(logger->Stop().body, "{}");
    EXPECT_LT(steady_clock::now() - begin, seconds(1));
  }
}

// Trap 20
// Trap 22
TEST_F(Traps, LogsOfAStoppedContainerLeaveNoTrace) {
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container_);
  ASSERT_NE(logger, nullptr);
  logger->WriteLine("kept");
  logger->Stop();
  ASSERT_TRUE(Eventually([&] { return Tree(root_ + "/live").empty(); }));
  std::vector<std::string> before = Tree(root_);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(dockerd_.ReadLogsStopped(container_).text(), "kept\n");
  EXPECT_TRUE(Eventually([&] { return Tree(root_) == before; }));
}

// Trap 23
TEST_F(Traps, EndWithoutStopAndTwoStreamsOfOneContainerAreNormal) {
  std::unique_ptr<FakeLogger> first = dockerd_.Start(container_);
  ASSERT_NE(first, nullptr);
  first->WriteLine("one");
  first->Crash();  // A restart of the daemon: no StopLogging, and a new stream for the same container.
  std::unique_ptr<FakeLogger> second = dockerd_.Start(container_);
  ASSERT_NE(second, nullptr);
  second->WriteLine("two");
  EXPECT_TRUE(Eventually([&] { return dockerd_.ReadLogs(container_).text() == "one\ntwo\n"; }));
  EXPECT_EQ(second->Stop().body, "{}");
  EXPECT_EQ(second->PostStop().body, "{}");
}

// Trap 36
TEST_F(Traps, EnvironmentIsNeitherStoredNorPrinted) {
  FakeContainer container = container_;
  container.env = {"PASSWORD=hunter2hunter2", "APP_MODE=prod"};
  container.config = {{"env", "APP_MODE"}};
  std::unique_ptr<FakeLogger> logger = dockerd_.Start(container);
  ASSERT_NE(logger, nullptr);
  container.config = {{"bad", "x"}};
  dockerd_.Start(container);
  dockerd_.Call("/LogDriver.StartLogging", R"({"File":"/x","Info":{"ContainerEnv":["PASSWORD=hunter2hunter2",7]}})");
  bool has_chosen = false;
  for (const std::string& path : Tree(root_)) {
    struct stat found {};
    ASSERT_EQ(lstat(path.c_str(), &found), 0);
    if (!S_ISREG(found.st_mode)) continue;
    EXPECT_EQ(found.st_mode & 077, 0u) << path;
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_EQ(text.str().find("hunter2"), std::string::npos) << path;
    has_chosen = has_chosen || text.str().find("APP_MODE") != std::string::npos;
  }
  EXPECT_TRUE(has_chosen);
  EXPECT_EQ(plugin_->Stderr().find("hunter2"), std::string::npos);
}

// Trap 37
}  // namespace
}  // namespace tailrace
