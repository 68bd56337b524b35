#include "sinks/spool/held_lines.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/sinks/spool/log_oracle.h"

namespace tailrace {
namespace {

class HeldLinesTest : public testing::Test {
 protected:
  bool Add(Source source, int64_t time, std::string_view text, bool partial, bool last) {
    LogEntry entry;
    entry.source = source;
    entry.time_nano = time;
    entry.line = text;
    entry.partial = partial;
    entry.last = last;
    ++offset_;
    return lines_.Add(entry, offset_ - 1, offset_, out_);
  }
  bool Piece(Source source, int64_t time, std::string_view text) { return Add(source, time, text, true, false); }
  bool Last(Source source, int64_t time, std::string_view text) { return Add(source, time, text, true, true); }
  std::vector<Said> Answer() { return ParseChunk(out_.encoder().bytes()); }

  HeldLines lines_;
  LineOutput out_{std::nullopt, 1000};
  uint64_t offset_ = 0;
};

TEST_F(HeldLinesTest, GivesOutALineWithTheTimeOfItsFirstPiece) {
  EXPECT_TRUE(Piece(Source::kStdout, 5, "one "));
  EXPECT_TRUE(lines_.IsHeld(Source::kStdout));
  EXPECT_FALSE(lines_.IsHeld(Source::kStderr));
  EXPECT_TRUE(Piece(Source::kStderr, 6, "other "));
  EXPECT_TRUE(Piece(Source::kStdout, 7, "two"));
  EXPECT_TRUE(Answer().empty());
  EXPECT_TRUE(Last(Source::kStdout, 8, ""));
  EXPECT_TRUE(Last(Source::kStderr, 9, "line"));
  EXPECT_EQ(Answer(), (std::vector<Said>{{"stdout", 5, "one two\n"}, {"stderr", 6, "other line\n"}}));
  EXPECT_FALSE(lines_.IsHeld(Source::kStdout));
}

TEST_F(HeldLinesTest, PartsOfACutLineHaveOneTimeAndOneNewline) {
  for (size_t i = 0; i < 2 * LineJoiner::kPiecesMax; ++i) Piece(Source::kStdout, static_cast<int64_t>(i) + 1, "x");
  Last(Source::kStdout, 999, "end");
  const std::string part(LineJoiner::kPiecesMax, 'x');
  EXPECT_EQ(Answer(), (std::vector<Said>{{"stdout", 1, part}, {"stdout", 1, part}, {"stdout", 1, "end\n"}}));
}

TEST_F(HeldLinesTest, OpenLinesAreGivenOutAsTheyAre) {
  Piece(Source::kStderr, 5, "err");
  Piece(Source::kStdout, 6, "out");
  EXPECT_TRUE(lines_.GiveOutOpen(out_));
  EXPECT_EQ(Answer(), (std::vector<Said>{{"stdout", 6, "out"}, {"stderr", 5, "err"}}));
  EXPECT_FALSE(lines_.IsHeld(Source::kStderr));
  EXPECT_TRUE(lines_.GiveOutOpen(out_));
  EXPECT_EQ(Answer().size(), 2u);
}

TEST_F(HeldLinesTest, ResetForgets) {
  Piece(Source::kStdout, 5, "lost ");
  lines_.Reset();
  EXPECT_TRUE(Last(Source::kStdout, 6, "rest"));
  EXPECT_EQ(Answer(), (std::vector<Said>{{"stdout", 6, "rest\n"}}));
}

TEST_F(HeldLinesTest, SaysWhenTheAnswerIsOver) {
  EXPECT_TRUE(Piece(Source::kStdout, 1001, "late"));
  EXPECT_FALSE(Last(Source::kStdout, 1, "r"));
  EXPECT_TRUE(Piece(Source::kStderr, 1001, "late"));
  EXPECT_FALSE(lines_.GiveOutOpen(out_));
}

}  // namespace
}  // namespace tailrace
