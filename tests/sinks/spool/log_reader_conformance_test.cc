// The conformance cases of moby's daemon/logger/loggertest (logreader.go): the same messages, the same questions. Where a
// plugin has to differ, the test says so: pieces are one line, and lines older than since are left out wherever they
// stand, since the daemon would drop them anyway.
#include <gtest/gtest.h>

#include <memory>

#include "sinks/spool/log_reader.h"
#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

constexpr int64_t kMinute = 60'000'000'000;
constexpr int64_t kMillisecond = 1'000'000;

// The parameter: the container runs.
class LogReaderConformanceTest : public testing::TestWithParam<bool> {
 protected:
  LogReaderConformanceTest() : stream_(std::make_unique<TestStream>(spool_.disk, spool_.NewStream())) {
    const int64_t now = spool_.clock.WallNow().ns;
    frames_ = {
        Frame("stdout", now - 30 * kMinute, "a message"),
        Partial("stdout", now - 20 * kMinute, "another message", "aaaaaaaa", 1, true),
        Partial("stderr", now - 15 * kMinute, "to be...", "bbbbbbbb", 1, false),
        Partial("stderr", now - 15 * kMinute, "continued", "bbbbbbbb", 2, true),
        Frame("stderr", now - 10 * kMinute, "a really long message " + std::string(4096, 'a')),
        Frame("stderr", now - 10 * kMinute, "just one more message"),
        Frame("stdout", now - 90 * kMinute, "someone adjusted the clock"),
    };
    lines_ = {
        {"stdout", now - 30 * kMinute, "a message\n"},
        {"stdout", now - 20 * kMinute, "another message\n"},
        {"stderr", now - 15 * kMinute, "to be...continued\n"},
        {"stderr", now - 10 * kMinute, "a really long message " + std::string(4096, 'a') + "\n"},
        {"stderr", now - 10 * kMinute, "just one more message\n"},
        {"stdout", now - 90 * kMinute, "someone adjusted the clock\n"},
    };
  }

  void Log(size_t first, size_t last) {
    for (; first < last; ++first) stream_->Add(frames_[first]);
    stream_->Publish();
  }
  void LogAll() {
    Log(0, frames_.size());
    if (!GetParam()) stream_->End();
  }
  std::vector<Said> Lines(size_t first, size_t last) {
    return {lines_.begin() + static_cast<std::ptrdiff_t>(first), lines_.begin() + static_cast<std::ptrdiff_t>(last)};
  }
  std::unique_ptr<LogReader> Open(const ReadOptions& options) {
    return std::make_unique<LogReader>(spool_.disk, spool_.clock, spool_.journal, "c0ffee", options);
  }
  std::vector<Said> Read(const ReadOptions& options) { return ReadAll(*Open(options), spool_.clock.Now()); }
  std::vector<Said> Now(const std::unique_ptr<LogReader>& reader) { return ReadAll(*reader, spool_.clock.Now()); }
  bool IsOver(const std::unique_ptr<LogReader>& reader) {
    return reader->Next(spool_.clock.Now()).kind == LogReader::Chunk::Kind::kEnd;
  }

  TestSpool spool_;
  std::unique_ptr<TestStream> stream_;
  std::vector<std::string> frames_;
  std::vector<Said> lines_;
};

INSTANTIATE_TEST_SUITE_P(, LogReaderConformanceTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Live" : "Stopped"; });

TEST_P(LogReaderConformanceTest, TailExact) {
  LogAll();
  EXPECT_EQ(Read({.tail = 6}), lines_);
}
TEST_P(LogReaderConformanceTest, TailLessThanAvailable) {
  LogAll();
  EXPECT_EQ(Read({.tail = 2}), Lines(4, 6));
}
TEST_P(LogReaderConformanceTest, TailMoreThanAvailable) {
  LogAll();
  EXPECT_EQ(Read({.tail = 100}), lines_);
}
TEST_P(LogReaderConformanceTest, TailAll) {
  LogAll();
  EXPECT_EQ(Read({.tail = -1}), lines_);
}
TEST_P(LogReaderConformanceTest, TailZero) {
  LogAll();
  EXPECT_EQ(Read({.tail = 0}), std::vector<Said>());
}
TEST_P(LogReaderConformanceTest, TailSince) {
  LogAll();
  EXPECT_EQ(Read({.since_ns = lines_[1].time_nano}), Lines(1, 5));
}
TEST_P(LogReaderConformanceTest, TailMoreThanSince) {
  LogAll();
  EXPECT_EQ(Read({.since_ns = lines_[1].time_nano, .tail = 6}), Lines(1, 5));
}
TEST_P(LogReaderConformanceTest, TailLessThanSince) {
  LogAll();
  EXPECT_EQ(Read({.since_ns = lines_[1].time_nano, .tail = 4}), Lines(2, 5));
}
TEST_P(LogReaderConformanceTest, TailUntil) {
  LogAll();
  EXPECT_EQ(Read({.until_ns = lines_[2].time_nano - kMillisecond}), Lines(0, 2));
}
TEST_P(LogReaderConformanceTest, TailSinceAndUntil) {
  LogAll();
  EXPECT_EQ(Read({.since_ns = lines_[1].time_nano, .until_ns = lines_[1].time_nano + kMillisecond}), Lines(1, 2));
}
TEST_P(LogReaderConformanceTest, TailUntilBeforeSince) {
  LogAll();
  EXPECT_EQ(Read({.since_ns = lines_[2].time_nano, .until_ns = lines_[1].time_nano}), std::vector<Said>());
}
TEST_P(LogReaderConformanceTest, TailEmptyLogs) {
  if (!GetParam()) stream_->End();
  for (int64_t tail : {-1, 0, 1, 100}) EXPECT_EQ(Read({.tail = tail}), std::vector<Said>());
  EXPECT_EQ(Read({.since_ns = 1}), std::vector<Said>());
  EXPECT_EQ(Read({.until_ns = INT64_MAX}), std::vector<Said>());
}

TEST_P(LogReaderConformanceTest, FollowFromEmptyLog) {
  auto reader = Open({.follow = true});
  EXPECT_EQ(Now(reader), std::vector<Said>());
  Log(0, 7);
  EXPECT_EQ(Now(reader), lines_);
  stream_->End();
  EXPECT_TRUE(IsOver(reader));
}
TEST_P(LogReaderConformanceTest, FollowAttachMidStream) {
  Log(0, 1);
  auto reader = Open({.follow = true});
  EXPECT_EQ(Now(reader), Lines(0, 1));
  Log(1, 7);
  EXPECT_EQ(Now(reader), Lines(1, 6));
  stream_->End();
  EXPECT_TRUE(IsOver(reader));
}
TEST_P(LogReaderConformanceTest, FollowFromPartOfALine) {
  Log(0, 3);
  auto reader = Open({.follow = true});
  EXPECT_EQ(Now(reader), Lines(0, 2));
  Log(3, 7);
  EXPECT_EQ(Now(reader), Lines(2, 6));
}
TEST_P(LogReaderConformanceTest, FollowSince) {
  auto reader = Open({.since_ns = lines_[2].time_nano, .follow = true});
  EXPECT_EQ(Now(reader), std::vector<Said>());
  Log(0, 7);
  EXPECT_EQ(Now(reader), Lines(2, 5));
}
TEST_P(LogReaderConformanceTest, FollowUntil) {
  auto reader = Open({.until_ns = lines_[2].time_nano - kMillisecond, .follow = true});
  Log(0, 7);
  EXPECT_EQ(Now(reader), Lines(0, 2));
  EXPECT_TRUE(IsOver(reader));  // Although the container lives.
}
TEST_P(LogReaderConformanceTest, FollowSinceAndUntil) {
  auto reader = Open({.since_ns = lines_[1].time_nano, .until_ns = lines_[1].time_nano + kMillisecond, .follow = true});
  Log(0, 7);
  EXPECT_EQ(Now(reader), Lines(1, 2));
  EXPECT_TRUE(IsOver(reader));
}
TEST_P(LogReaderConformanceTest, FollowTail) {
  Log(0, 5);
  auto all = Open({.tail = -1, .follow = true});
  auto none = Open({.tail = 0, .follow = true});
  auto two = Open({.tail = 2, .follow = true});
  auto many = Open({.tail = 100, .follow = true});
  EXPECT_EQ(Now(all), Lines(0, 4));
  EXPECT_EQ(Now(none), std::vector<Said>());
  EXPECT_EQ(Now(two), Lines(2, 4));
  EXPECT_EQ(Now(many), Lines(0, 4));
  Log(5, 7);
  for (const auto* reader : {&all, &none, &two, &many}) EXPECT_EQ(Now(*reader), Lines(4, 6));
  stream_->End();
  for (const auto* reader : {&all, &none, &two, &many}) EXPECT_TRUE(IsOver(*reader));
}
TEST_P(LogReaderConformanceTest, FollowMultipleStarts) {
  Log(0, 3);
  stream_->End();
  stream_ = std::make_unique<TestStream>(spool_.disk, spool_.NewStream());
  auto reader = Open({.follow = true});
  EXPECT_EQ(Now(reader), (std::vector<Said>{lines_[0], lines_[1], {"stderr", lines_[2].time_nano, "to be..."}}));
  Log(4, 7);
  EXPECT_EQ(Now(reader), Lines(3, 6));
  stream_->End();
  EXPECT_TRUE(IsOver(reader));
}

}  // namespace
}  // namespace tailrace
