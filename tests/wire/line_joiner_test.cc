#include "wire/line_joiner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tailrace {
namespace {

// Feeds a joiner with pieces whose frames lie back to back.
class LineJoinerTest : public testing::Test {
 protected:
  LineJoiner::Outcome Add(Source source, size_t text_bytes, bool partial, bool last) {
    text_.assign(text_bytes, 'x');
    LogEntry entry;
    entry.source = source;
    entry.partial = partial;
    entry.last = last;
    entry.time_nano = ++time_;
    entry.line = text_;
    const uint64_t start = offset_;
    offset_ += text_bytes + kOverhead;
    return joiner_.Add(entry, start, offset_);
  }
  LineJoiner::Outcome Plain(Source source, size_t bytes = 5) { return Add(source, bytes, false, false); }
  LineJoiner::Outcome Piece(Source source, size_t bytes = 16384) { return Add(source, bytes, true, false); }
  LineJoiner::Outcome Last(Source source, size_t bytes = 5) { return Add(source, bytes, true, true); }

  static constexpr uint64_t kOverhead = 20;
  LineJoiner joiner_;
  std::string text_;
  uint64_t offset_ = 1000;
  int64_t time_ = 0;
};

TEST_F(LineJoinerTest, APlainEntryIsALine) {
  auto outcome = Plain(Source::kStdout, 7);
  EXPECT_FALSE(outcome.cut_before);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.first, 1000u);
  EXPECT_EQ(outcome.line.end, 1027u);
  EXPECT_EQ(outcome.line.pieces, 1u);
  EXPECT_EQ(outcome.line.text_bytes, 7u);
  EXPECT_EQ(outcome.line.time_nano, 1);
  EXPECT_TRUE(outcome.line.ends_line);
  EXPECT_FALSE(outcome.line.continues);
  EXPECT_EQ(joiner_.Open(Source::kStdout).pieces, 0u);
}

TEST_F(LineJoinerTest, PiecesUpToTheLastAreOneLine) {
  EXPECT_FALSE(Piece(Source::kStdout).complete);
  EXPECT_FALSE(Piece(Source::kStdout).complete);
  auto outcome = Last(Source::kStdout, 7232);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.pieces, 3u);
  EXPECT_EQ(outcome.line.text_bytes, 40000u);
  EXPECT_EQ(outcome.line.time_nano, 1);
  EXPECT_EQ(outcome.line.first, 1000u);
  EXPECT_EQ(outcome.line.end, offset_);
}

// Trap 27.
TEST_F(LineJoinerTest, AnExactMultipleEndsWithAnEmptyPiece) {
  Piece(Source::kStdout);
  auto outcome = Last(Source::kStdout, 0);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.pieces, 2u);
  EXPECT_EQ(outcome.line.text_bytes, 16384u);
}

TEST_F(LineJoinerTest, APartialWithoutLastStaysOpen) {
  EXPECT_FALSE(Piece(Source::kStderr, 4).complete);
  const LineJoiner::Part& open = joiner_.Open(Source::kStderr);
  EXPECT_EQ(open.pieces, 1u);
  EXPECT_EQ(open.text_bytes, 4u);
  EXPECT_FALSE(open.ends_line);
  EXPECT_EQ(joiner_.Open(Source::kStdout).pieces, 0u);
}

TEST_F(LineJoinerTest, APlainEntryEndsTheLineThatIsOpen) {
  Piece(Source::kStdout, 10);
  auto outcome = Plain(Source::kStdout, 3);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.pieces, 2u);
  EXPECT_EQ(outcome.line.text_bytes, 13u);
}

TEST_F(LineJoinerTest, SourcesDoNotMix) {
  Piece(Source::kStdout, 10);
  Piece(Source::kStderr, 20);
  EXPECT_TRUE(Last(Source::kStderr, 1).complete);
  auto outcome = Last(Source::kStdout, 2);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.first, 1000u);
  EXPECT_EQ(outcome.line.text_bytes, 12u);
}

TEST_F(LineJoinerTest, IsCutAtThePiecesLimit) {
  for (size_t i = 0; i < LineJoiner::kPiecesMax; ++i) {
    auto outcome = Piece(Source::kStdout, 10);
    EXPECT_FALSE(outcome.cut_before);
    EXPECT_FALSE(outcome.complete);
  }
  auto outcome = Last(Source::kStdout, 3);
  ASSERT_TRUE(outcome.cut_before);
  EXPECT_EQ(outcome.cut.pieces, LineJoiner::kPiecesMax);
  EXPECT_EQ(outcome.cut.text_bytes, 10 * LineJoiner::kPiecesMax);
  EXPECT_FALSE(outcome.cut.ends_line);
  EXPECT_FALSE(outcome.cut.continues);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.pieces, 1u);
  EXPECT_EQ(outcome.line.first, outcome.cut.end);
  EXPECT_TRUE(outcome.line.continues);
  EXPECT_TRUE(outcome.line.ends_line);
}

TEST_F(LineJoinerTest, IsCutAtTheBytesLimitAndNotBefore) {
  constexpr size_t kHalf = LineJoiner::kLineBytesMax / 2;
  EXPECT_FALSE(Piece(Source::kStdout, kHalf).cut_before);
  EXPECT_FALSE(Piece(Source::kStdout, kHalf).cut_before);
  auto outcome = Piece(Source::kStdout, 1);
  ASSERT_TRUE(outcome.cut_before);
  EXPECT_EQ(outcome.cut.text_bytes, LineJoiner::kLineBytesMax);
  EXPECT_FALSE(outcome.complete);
  EXPECT_TRUE(joiner_.Open(Source::kStdout).continues);
}

TEST_F(LineJoinerTest, AnEmptyLastPieceBehindAFullPartIsAPartOfItsOwn) {
  for (size_t i = 0; i < LineJoiner::kPiecesMax; ++i) Piece(Source::kStdout);
  auto outcome = Last(Source::kStdout, 0);
  ASSERT_TRUE(outcome.cut_before);
  ASSERT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.line.text_bytes, 0u);
  EXPECT_TRUE(outcome.line.continues);
}

TEST_F(LineJoinerTest, APartAfterAPartContinuesToo) {
  for (size_t i = 0; i < 2 * LineJoiner::kPiecesMax; ++i) Piece(Source::kStdout, 1);
  auto outcome = Piece(Source::kStdout, 1);
  ASSERT_TRUE(outcome.cut_before);
  EXPECT_TRUE(outcome.cut.continues);
  EXPECT_TRUE(joiner_.Open(Source::kStdout).continues);
}

TEST_F(LineJoinerTest, AfterTheEndOfACutLineNothingContinues) {
  for (size_t i = 0; i <= LineJoiner::kPiecesMax; ++i) Piece(Source::kStdout, 1);
  EXPECT_TRUE(Last(Source::kStdout).line.continues);
  EXPECT_FALSE(Plain(Source::kStdout).line.continues);
}

TEST_F(LineJoinerTest, ResetForgetsWhatIsOpen) {
  Piece(Source::kStdout);
  Piece(Source::kStderr);
  joiner_.Reset();
  EXPECT_EQ(joiner_.Open(Source::kStdout).pieces, 0u);
  EXPECT_EQ(joiner_.Open(Source::kStderr).pieces, 0u);
  auto outcome = Last(Source::kStdout, 4);
  EXPECT_EQ(outcome.line.pieces, 1u);
  EXPECT_EQ(outcome.line.text_bytes, 4u);
}

// The same frames give the same lines wherever reading begins at a line's first piece: design rule R4.
TEST_F(LineJoinerTest, CutsDependOnThePiecesAlone) {
  std::vector<size_t> ends[2];
  for (int round = 0; round < 2; ++round) {
    LineJoiner joiner;
    for (size_t i = 0; i < 200; ++i) {
      LogEntry entry;
      entry.partial = true;
      entry.last = i == 199;
      entry.time_nano = round * 1000 + static_cast<int64_t>(i);
      auto outcome = joiner.Add(entry, i, i + 1);
      if (outcome.cut_before) ends[round].push_back(outcome.cut.end);
      if (outcome.complete) ends[round].push_back(outcome.line.end);
    }
  }
  EXPECT_EQ(ends[0], ends[1]);
  EXPECT_EQ(ends[0], (std::vector<size_t>{64, 128, 192, 200}));
}

}  // namespace
}  // namespace tailrace
