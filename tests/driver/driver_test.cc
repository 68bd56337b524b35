#include "driver/driver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/driver/driver_fixture.h"

namespace tailrace {
namespace {

TEST_F(DriverTest, LineComesBack) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  writer->Write(Frame("stdout", 1, "hello"));
  EXPECT_EQ(Logs(), "hello\n");  // Read visits the FIFO first, however it rests.
}

TEST_F(DriverTest, FactsAreFixedAtTheStart) {
  plugin_ = ParsePluginOptions(table_, {{"TAILRACE_MAX_FILE", "3"}});
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  StartRequest request = Request("f1");
  request.info.config = {{"max-size", "1m"}, {"spool-full", "block"}, {"tag", "{{.Name}}/{{.Hostname}}/{{.Command}}"},
                         {"labels", "team"}, {"env-regex", "^APP_"},  {"mode", "non-blocking"}};
  request.info.labels = {{"team", "web"}, {"secret", "x"}};
  request.info.env = {"APP_MODE=prod", "PASSWORD=hunter2"};
  request.info.entrypoint = "sh";
  request.info.args = {"-c", "true"};
  ASSERT_TRUE(driver_->Start(request).ok());
  StreamLease stream = journal_->FindFifo(request.file);
  ASSERT_TRUE(stream);
  const StreamFacts& facts = stream->facts();
  EXPECT_EQ(facts.container_name, "shop");
  EXPECT_EQ(facts.host_name, "host1");
  EXPECT_EQ(facts.tag, "shop/host1/sh -c true");
  EXPECT_EQ(facts.spool.max_size_bytes, 1'000'000u);
  EXPECT_EQ(facts.spool.max_file, 3u);
  EXPECT_EQ(facts.spool.spool_full, SpoolFull::kBlock);
  EXPECT_EQ(facts.labels, (std::map<std::string, std::string>{{"team", "web"}}));
  // Trap 36: the environment holds secrets; only what was chosen is kept.
  EXPECT_EQ(facts.env, (std::map<std::string, std::string>{{"APP_MODE", "prod"}}));
  EXPECT_EQ(facts.options.at("max-size"), (FrozenOption{"1m", false}));
  EXPECT_EQ(facts.options.at("max-file"), (FrozenOption{"3", true}));
  EXPECT_FALSE(facts.options.contains("mode"));
}

TEST_F(DriverTest, BadOptionsAreRefusedAndLeaveNothing) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  StartRequest request = Request("f1");
  request.info.config = {{"max-sise", "1m"}};
  Status status = driver_->Start(request);
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_NE(status.message().find("did you mean 'max-size'?"), std::string::npos);
  EXPECT_FALSE(journal_->FindFifo(request.file));
  EXPECT_TRUE(journal_->Find("c1").empty());
}

// Trap 22: `docker logs` of a stopped container is a start; old options must not make it fail.
TEST_F(DriverTest, OptionsThatItWasStartedWithBeforeAreLetThrough) {
  StreamFacts old;
  old.container_id = "c1";
  old.fifo = fifos_ + "/old";
  old.options = {{"gone", {"x", false}}, {"max-size", {"1m", false}}, {"max-file", {"9", true}}};
  StreamLease before = std::move(*journal_->Create(old));
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  StartRequest request = Request("f1");
  request.info.config = {{"gone", "x"}, {"max-size", "1m"}, {"mode", "blocking"}};
  EXPECT_TRUE(driver_->Start(request).ok());
  EXPECT_EQ(log_.Count("options-no-longer-valid"), 1u);
  EXPECT_EQ(journal_->FindFifo(request.file)->facts().spool.max_size_bytes, 1'000'000u);
  std::unique_ptr<RealWriter> other = MakeFifo("f2");
  request = Request("f2");
  request.info.config = {{"gone", "y"}, {"max-size", "1m"}};
  EXPECT_FALSE(driver_->Start(request).ok());
}

TEST_F(DriverTest, SameStartAgainChangesNothing) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  StreamId id = journal_->FindFifo(fifos_ + "/f1")->id();
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  EXPECT_EQ(journal_->FindFifo(fifos_ + "/f1")->id(), id);
  EXPECT_EQ(journal_->Find("c1").size(), 1u);
  Status status = driver_->Start(Request("f1", "c2"));
  EXPECT_EQ(status.message(), "request: File is in use by container c1");
}

TEST_F(DriverTest, ManyStartsOfOneFileAtOnceMakeOneStream) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] { good += driver_->Start(Request("f1")).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 16);
  EXPECT_EQ(journal_->Find("c1").size(), 1u);
}

TEST_F(DriverTest, FileThatIsNoFifoIsRefusedAndLeavesNothing) {
  EXPECT_FALSE(driver_->Start(Request("none")).ok());
  mkdir(fifos_.c_str(), 0700);
  mkdir((fifos_ + "/folder").c_str(), 0700);
  EXPECT_FALSE(driver_->Start(Request("folder")).ok());
  StartRequest relative = Request("x");
  relative.file = "x";
  EXPECT_EQ(driver_->Start(relative).message(), "request: File must be an absolute path");
  EXPECT_TRUE(journal_->Find("c1").empty());
}

TEST_F(DriverTest, StartNeverFailsForOurDisk) {
  End();
  Begin(/*open=*/false);  // The journal refuses everything.
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  EXPECT_TRUE(driver_->Start(Request("f1")).ok());
  EXPECT_EQ(log_.Count("start-without-disk"), 1u);
  EXPECT_TRUE(journal_->FindFifo(fifos_ + "/f1"));
  // Its lines are read away: the container does not wait.
  ASSERT_GT(writer->Write(Frame("stdout", 1, "lost")), 0u);
  driver_->Stop(fifos_ + "/f1");
  EXPECT_TRUE(Eventually([&] { return writer->Write(Frame("stdout", 1, std::string(4000, 'x'))) > 0; }));
}

TEST_F(DriverTest, UndoneStartEndsItsStream) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  driver_->UndoStart(fifos_ + "/f1");
  EXPECT_TRUE(Eventually([&] { return !journal_->FindFifo(fifos_ + "/f1"); }));
  EXPECT_TRUE(Eventually([&] { return ended_->count() == 1; }));
  driver_->UndoStart(fifos_ + "/f1");  // And again, and of what never was: nothing happens.
  driver_->UndoStart("/none");
}

TEST_F(DriverTest, UndoOfOneClientLeavesWhatAnotherWasTold) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  driver_->UndoStart(fifos_ + "/f1");
  writer->Write(Frame("stdout", 1, "kept"));
  EXPECT_EQ(Logs(), "kept\n");
}

// Trap 18: what is in the pipe when StopLogging comes must be moved before the answer; its end comes only after it.
TEST_F(DriverTest, StopWaitsForWhatIsInThePipeAndNotForItsEnd) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  std::string frames;
  for (int i = 0; i < 300; ++i) frames += Frame("stdout", i, "line " + std::to_string(i));
  ASSERT_EQ(writer->Write(frames), frames.size());
  driver_->Stop(fifos_ + "/f1");
  EXPECT_EQ(journal_->FindFifo(fifos_ + "/f1")->Snapshot().progress.counts.total(), 300u);
  EXPECT_EQ(ended_->count(), 0);
  writer->Close();
  EXPECT_TRUE(Eventually([&] { return ended_->count() == 1; }));
}

// Trap 23: StopLogging without StartLogging, an end without StopLogging, two streams of one container.
TEST_F(DriverTest, StopOfAnUnknownFileIsFine) {
  driver_->Stop("/none");
  driver_->Stop("");
}

TEST_F(DriverTest, TwoStreamsOfOneContainerAreReadInOrder) {
  std::unique_ptr<RealWriter> first = MakeFifo("f1"), second = MakeFifo("f2");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  ASSERT_TRUE(driver_->Start(Request("f2")).ok());
  second->Write(Frame("stdout", 1, "b"));
  first->Write(Frame("stdout", 2, "a"));
  EXPECT_EQ(Logs(), "a\nb\n");
}

// Trap 14: dockerd does not call StartLogging again after a restart of the plugin.
TEST_F(DriverTest, ContainerWithoutLinesReadsAsEmpty) { EXPECT_EQ(Logs("nobody"), ""); }

}  // namespace
}  // namespace tailrace
