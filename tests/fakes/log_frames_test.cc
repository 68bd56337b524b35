#include "tests/fakes/log_frames.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace tailrace {
namespace {

std::vector<proto::LogEntry> Entries(const std::vector<std::string>& frames) {
  std::string all;
  for (const std::string& frame : frames) all += frame;
  return ParseFrames(all);
}

TEST(LogFrames, AFrameIsABigEndianLengthAndAnEntry) {
  std::string frame = Frame("stdout", 1, "hi");
  EXPECT_EQ(frame, std::string("\0\0\0\x0e\x0a\x06stdout\x10\x01\x1a\x02hi", 18));
}

TEST(LogFrames, AnEmptyLineHasNoLineField) {
  EXPECT_EQ(Frame("stderr", 1, ""), std::string("\0\0\0\x0a\x0a\x06stderr\x10\x01", 14));
}

TEST(LogFrames, AChunkIsAlwaysPartialAndLastOnlyIfTrue) {
  auto entries = ParseFrames(Partial("stdout", 5, "a", "id", 1, false) + Partial("stdout", 5, "b", "id", 2, true));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_TRUE(entries[0].partial());
  EXPECT_FALSE(entries[0].partial_log_metadata().last());
  EXPECT_TRUE(entries[1].partial());
  EXPECT_TRUE(entries[1].partial_log_metadata().last());
  EXPECT_EQ(entries[1].partial_log_metadata().ordinal(), 2);
}

// The table of what Docker does.
TEST(LogFrames, ALineIsCutAsDockerCutsIt) {
  auto plain = Entries(SplitLine("stdout", 5, std::string(16383, 'x')));
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_FALSE(plain[0].partial());
  EXPECT_FALSE(plain[0].has_partial_log_metadata());

  auto exact = Entries(SplitLine("stdout", 5, std::string(16384, 'x')));
  ASSERT_EQ(exact.size(), 2u);
  EXPECT_EQ(exact[0].line().size(), 16384u);
  EXPECT_EQ(exact[1].line(), "");
  EXPECT_TRUE(exact[1].partial_log_metadata().last());

  auto three = Entries(SplitLine("stdout", 5, std::string(40000, 'x')));
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(three[2].line().size(), 7232u);
  EXPECT_EQ(three[2].partial_log_metadata().ordinal(), 3);
  EXPECT_EQ(three[2].partial_log_metadata().id(), three[0].partial_log_metadata().id());
  EXPECT_EQ(three[0].partial_log_metadata().id().size(), 64u);
  EXPECT_EQ(three[2].time_nano(), 5);
}

TEST(LogFrames, AnOpenLineNeverHasALastChunk) {
  auto tail = Entries(SplitLine("stdout", 5, "tail", LineEnd::kOpen));
  ASSERT_EQ(tail.size(), 1u);
  EXPECT_TRUE(tail[0].partial());
  EXPECT_EQ(tail[0].partial_log_metadata().ordinal(), 1);
  EXPECT_FALSE(tail[0].partial_log_metadata().last());

  auto two = Entries(SplitLine("stdout", 5, std::string(32768, 'x'), LineEnd::kOpen));
  ASSERT_EQ(two.size(), 2u);
  EXPECT_FALSE(two[1].partial_log_metadata().last());
  EXPECT_TRUE(SplitLine("stdout", 5, "", LineEnd::kOpen).empty());
}

TEST(LogFramesDeathTest, ParsingAnythingButWholeFramesIsTheTestsBug) {
  std::string frame = Frame("stdout", 1, "hi");
  EXPECT_DEATH(ParseFrames(frame.substr(0, frame.size() - 1)), "check failed");
}

}  // namespace
}  // namespace tailrace
