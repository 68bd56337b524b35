#include "app.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_dockerd.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

bool WaitABit(Nanos) { return false; }

TEST(OwnFifoDirectory, IsTheFolderOfAManagedPluginsSpool) {
  EXPECT_EQ(OwnFifoDirectory("/run/docker/logging/spool"), "/run/docker/logging");
  EXPECT_EQ(OwnFifoDirectory("/tmp/x/run/docker/logging/spool"), "/tmp/x/run/docker/logging");
  EXPECT_EQ(OwnFifoDirectory("/var/lib/tailrace"), "");
  EXPECT_EQ(OwnFifoDirectory("/run/docker/logging"), "");
  EXPECT_EQ(OwnFifoDirectory("spool"), "");
}

TEST(App, ServesBetweenStartAndStop) {
  TempDir dir;
  App app({.socket = dir / "s", .root = dir / "spool", .environment = {{"TAILRACE_LOG_LEVEL", "error"}}}, WaitABit);
  ASSERT_TRUE(app.Start().ok());
  FakeDockerd dockerd(dir / "s", dir.path());
  FakeContainer container{.id = FakeContainerId(1)};
  std::unique_ptr<FakeLogger> logger = dockerd.Start(container);
  ASSERT_NE(logger, nullptr) << dockerd.refusal();
  logger->WriteLine("hello");
  EXPECT_EQ(logger->Stop().body, "{}");
  EXPECT_EQ(dockerd.ReadLogs(container).text(), "hello\n");
  app.Stop();
  EXPECT_FALSE(UnixHttpClient(dir / "s").is_connected());
  app.Stop();
}

TEST(App, SaysWhyItCannotListen) {
  TempDir dir;
  App app({.socket = dir / std::string(200, 'x'), .root = dir / "spool", .environment = {}}, WaitABit);
  EXPECT_EQ(app.Start().code(), StatusCode::kInvalid);
}

TEST(App, EndsWhenToldToWhileAnotherStillListens) {
  TempDir dir;
  Result<std::unique_ptr<Listener>> other = Listener::Open(dir / "s");
  ASSERT_TRUE(other.ok());
  App app({.socket = dir / "s", .root = dir / "spool", .environment = {}}, [](Nanos) { return true; });
  EXPECT_EQ(app.Start().code(), StatusCode::kGone);
}

}  // namespace
}  // namespace tailrace
