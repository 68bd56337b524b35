#include "sinks/spool/plan.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

class PlanTest : public testing::Test {
 protected:
  TestStream& AddStream(size_t lines, bool ends) {
    streams_.push_back(std::make_unique<TestStream>(spool_.disk, spool_.NewStream()));
    TestStream& stream = *streams_.back();
    for (size_t i = 0; i < lines; ++i) {
      stream.Add(Frame("stdout", 1000 + static_cast<int64_t>(i), "a line"));
      if (i % 4 == 3) stream.Roll();
    }
    stream.Publish();
    if (ends) stream.End();
    return stream;
  }
  std::vector<PlannedStream> Plan(const ReadOptions& options) {
    return PlanAnswer(spool_.disk, spool_.journal.Find("c0ffee"), options, stats_);
  }

  TestSpool spool_;
  std::vector<std::unique_ptr<TestStream>> streams_;
  LogReader::Stats stats_;
};

TEST_F(PlanTest, AllOfAllRunsUpToNow) {
  AddStream(3, true);
  AddStream(5, false);
  const std::vector<PlannedStream> plan = Plan({});
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].which, 0u);
  EXPECT_EQ(plan[0].start.offset, 0u);
  EXPECT_EQ(plan[0].end, streams_[0]->whole_end());
  EXPECT_EQ(plan[1].end, streams_[1]->whole_end());
}

TEST_F(PlanTest, RunsBeforeTheTailAreLeftOut) {
  AddStream(3, true);
  AddStream(5, true);
  AddStream(2, false);
  const std::vector<PlannedStream> plan = Plan({.tail = 4});
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].which, 1u);
  EXPECT_EQ(plan[0].start.first_wanted.total(), 3u);
  EXPECT_EQ(plan[1].start.offset, 0u);
  EXPECT_EQ(Plan({.tail = 0}).size(), 0u);
}

TEST_F(PlanTest, AFollowerHasNoEndAndKeepsLiveRuns) {
  AddStream(3, false);
  AddStream(5, true);
  const std::vector<PlannedStream> plan = Plan({.tail = 2, .follow = true});
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].start.offset, streams_[0]->whole_end());
  EXPECT_EQ(plan[0].end, std::nullopt);
  EXPECT_EQ(plan[0].history_end, streams_[0]->whole_end());
  EXPECT_EQ(plan[1].start.first_wanted.total(), 3u);
}

TEST_F(PlanTest, AStreamThatCannotBeSearchedIsReadFromItsBeginning) {
  AddStream(9, true);
  spool_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}});
  const std::vector<PlannedStream> plan = Plan({.tail = 2});
  ASSERT_EQ(plan.size(), 1u);
  EXPECT_EQ(plan[0].start.offset, 0u);
  EXPECT_EQ(plan[0].end, streams_[0]->whole_end());
}

TEST_F(PlanTest, CountsTheBlocksItReads) {
  AddStream(11, true);
  Plan({.tail = 2});
  EXPECT_EQ(stats_.blocks_read, 1u);
  EXPECT_GT(stats_.bytes_read, 0u);
}

}  // namespace
}  // namespace tailrace
