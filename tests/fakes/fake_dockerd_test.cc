#include "tests/fakes/fake_dockerd.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/json.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

TEST(FakeDockerd, WritesRequestsAsGoDoes) {
  FakeContainer container{.id = "c", .config = {{"max-size", "1m"}}, .labels = {{"l", "v"}}};
  EXPECT_EQ(FakeDockerd::StopBody("/f"), "{\"File\":\"/f\"}\n");
  Result<JsonDocument> start = JsonDocument::Parse(FakeDockerd::StartBody("/f", container));
  ASSERT_TRUE(start.ok());
  JsonView info = start->root().Member("Info");
  EXPECT_EQ(info.Member("Config").Member("max-size").AsString(), "1m");
  EXPECT_EQ(info.Member("ContainerID").AsString(), "c");
  EXPECT_EQ(info.Member("ContainerEnv").type_name(), "null");
  Result<JsonDocument> read = JsonDocument::Parse(FakeDockerd::ReadBody(container, {.tail = 3, .follow = true}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->root().Member("Config").Member("Since").AsString(), "0001-01-01T00:00:00Z");
  EXPECT_EQ(read->root().Member("Config").Member("Tail").AsInt64(), 3);
  EXPECT_EQ(read->root().Member("Config").Member("Follow").AsBool(), true);
}

TEST(FakeDockerd, HoldsItsFifoAndWritesWholeFrames) {
  TempDir dir;
  FakeDockerd dockerd(dir / "none", dir.path());
  std::unique_ptr<FakeLogger> logger = dockerd.MakeLogger();
  struct stat found {};
  ASSERT_EQ(stat(logger->file().c_str(), &found), 0);
  EXPECT_TRUE(S_ISFIFO(found.st_mode));
  const std::string frames = Frame("stdout", 1, "a") + Frame("stderr", 2, "bc");
  logger->Write(frames);
  EXPECT_EQ(logger->PipeBytes(), frames.size());
  logger->CloseAndUnlink();
  EXPECT_NE(stat(logger->file().c_str(), &found), 0);
}

TEST(FakeDockerd, SaysWhyAStartWasRefused) {
  TempDir dir;
  FakeDockerd dockerd(dir / "none", dir.path());
  EXPECT_EQ(dockerd.Start({.id = "c"}), nullptr);
  EXPECT_EQ(dockerd.refusal(), "status 0: ");
}

TEST(FakeDockerd, IdsAreDockers) {
  EXPECT_EQ(FakeContainerId(7).size(), 64u);
  EXPECT_NE(FakeContainerId(7), FakeContainerId(8));
}

}  // namespace
}  // namespace tailrace
