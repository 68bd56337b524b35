#include "journal/stream_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "journal/segment_index.h"
#include "tests/fakes/hooked_disk.h"
#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

using Gap = ReadBack::Gap;

// A stream of four segments and more, with a discard of 40 lines behind the second kilobyte of the newest.
class StreamReaderTest : public testing::Test {
 protected:
  void Fill(uint64_t lines = 900) {
    rig_.Write(LineFrames(0, lines, 300));
    ASSERT_TRUE(rig_.MoveAll());
    segments_ = rig_.stream->Segments();
    ASSERT_GE(segments_.size(), 4u);
  }
  void Drop(uint64_t keep_from) {
    for (const Segment& segment : rig_.stream->DropFirst(keep_from)) {
      ASSERT_TRUE(rig_.disk.Unlink(rig_.Path(segment.start)).ok());
      (void)rig_.disk.Unlink(rig_.Path(segment.start, ".idx"));
    }
  }
  // As intake does it: `lines` lines are read away, and a segment begins behind them.
  void Discard(uint64_t lines, uint64_t bytes) {
    StreamProgress progress = rig_.writer->walk().ProgressTo(rig_.writer->end() + bytes);
    progress.whole_end = progress.end;
    progress.counts.ends[0] += lines;
    rig_.stream->PublishDiscard(progress);
    ASSERT_TRUE(rig_.writer->BeginAfterDiscard(progress).ok());
  }
  static uint64_t LinesBefore(uint64_t lines, uint64_t offset) {
    StreamWalk walk{IndexLine{}};
    walk.Walk(std::string_view(LineFrames(0, lines, 300)).substr(0, offset), nullptr);
    return walk.counts().total();
  }
  StreamRig rig_;
  std::vector<Segment> segments_;
};

TEST_F(StreamReaderTest, SameBytesFromTheSamePositionForEver) {
  Fill();
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  StreamReader reader(rig_.disk, *rig_.stream, segments_[1].start);
  const std::string first(reader.Read(buffer).data);
  EXPECT_EQ(reader.offset(), segments_[1].start);  // Data does not move it.
  rig_.Write(LineFrames(900, 200, 300));
  ASSERT_TRUE(rig_.MoveAll());
  EXPECT_TRUE(SameBytes(reader.Read(buffer).data, first));
}

TEST_F(StreamReaderTest, WhatRetentionTookIsAGapInFrontWithItsLines) {
  Fill();
  Drop(segments_[2].start);
  const ReadBack back = rig_.Read();
  const uint64_t lost = LinesBefore(900, segments_[2].start);
  ASSERT_GT(lost, 100u);
  EXPECT_EQ(back.gaps, std::vector<Gap>({{0, segments_[2].start, lost, GapReason::kDropOldest}}));
  EXPECT_EQ(back.frames, 900 - lost);
}

TEST_F(StreamReaderTest, GapThatOvertookAReaderCountsFromWhatTheReaderKnows) {
  Fill();
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  StreamReader reader(rig_.disk, *rig_.stream, 0);
  const std::string ten = LineFrames(0, 10, 300);
  LineCounts counts;
  counts.ends = {7, 3};
  reader.Seek(ten.size(), counts);
  Drop(segments_[2].start);
  const ReadOutcome outcome = reader.Read(buffer);
  ASSERT_EQ(outcome.kind, ReadOutcome::Kind::kGap);
  EXPECT_EQ(outcome.gap_lines, LinesBefore(900, segments_[2].start) - 10);
  EXPECT_EQ(reader.offset(), segments_[2].start);
}

TEST_F(StreamReaderTest, DiscardIsAGapInTheMiddleWithItsLines) {
  Fill();
  const uint64_t end = rig_.writer->end();
  Discard(40, 5000);
  rig_.Write(LineFrames(900, 20, 300));
  ASSERT_TRUE(rig_.MoveAll());
  const ReadBack back = rig_.Read();
  EXPECT_EQ(back.gaps, std::vector<Gap>({{end, end + 5000, 40, GapReason::kDropNewest}}));
  EXPECT_EQ(back.frames, 920u);
  EXPECT_EQ(back.end, rig_.writer->end());
}

TEST_F(StreamReaderTest, CutFrameBeforeADiscardIsPartOfWhatIsLost) {
  Fill();
  const std::string whole = rig_.Read().bytes;
  rig_.Write(LineFrame(900, 300).substr(0, 100));
  ASSERT_TRUE(rig_.MoveAll());
  ASSERT_TRUE(rig_.writer->is_cut());
  const uint64_t end = rig_.writer->end();
  Discard(1, LineFrame(900, 300).size() - 100);
  rig_.Write(LineFrame(901));
  ASSERT_TRUE(rig_.MoveAll());
  const ReadBack back = rig_.Read();
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].from, end);
  EXPECT_EQ(back.gaps[0].lines, 1u);
  EXPECT_EQ(back.damaged_bytes, 0u);
  EXPECT_TRUE(SameBytes(back.bytes, whole + LineFrame(901)));
}

TEST_F(StreamReaderTest, SegmentThatVanishedIsDamageWithItsLines) {
  Fill();
  ASSERT_TRUE(rig_.disk.Unlink(rig_.Path(segments_[1].start)).ok());
  const ReadBack back = rig_.Read();
  const uint64_t lost = LinesBefore(900, segments_[1].end) - LinesBefore(900, segments_[1].start);
  EXPECT_EQ(back.gaps, std::vector<Gap>({{segments_[1].start, segments_[1].end, lost, GapReason::kDamage}}));
  EXPECT_EQ(back.frames, 900 - lost);
}

TEST_F(StreamReaderTest, EveryUnreadableSegmentIsOneGapOfDamage) {
  Fill();
  for (const Segment& segment : segments_) {
    rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = SegmentName(segment.start, ".log")});
    const ReadBack back = rig_.Read();
    rig_.disk.ClearFailures();
    ASSERT_EQ(back.gaps.size(), 1u);
    EXPECT_EQ(back.gaps[0].from, segment.start);
    EXPECT_EQ(back.gaps[0].to, segment.end);
    EXPECT_EQ(back.gaps[0].reason, GapReason::kDamage);
    EXPECT_EQ(back.frames + back.lost_lines(), 900u);
  }
}

TEST_F(StreamReaderTest, SegmentThatWasCutShortIsReadAsFarAsItGoes) {
  Fill();
  const std::string bytes = rig_.disk.Contents(rig_.Path(segments_[1].start));
  for (size_t size : {size_t{0}, size_t{1}, size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    rig_.disk.SetContents(rig_.Path(segments_[1].start), bytes.substr(0, size));
    const ReadBack back = rig_.Read();
    ASSERT_EQ(back.gaps.size(), 1u);
    EXPECT_EQ(back.gaps[0].from, segments_[1].start + size);
    EXPECT_EQ(back.gaps[0].to, segments_[1].end);
    EXPECT_EQ(back.frames + back.lost_lines(), 900u) << size;
  }
}

TEST_F(StreamReaderTest, SegmentDroppedBetweenTheLookAndTheOpeningIsLookedUpAgain) {
  Fill();
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  StreamReader reader(rig_.disk, *rig_.stream, 0);
  rig_.disk.FailCall(1, StatusCode::kNotFound, {.kinds = {Call::kOpen}, .path_part = ".log"});
  EXPECT_EQ(reader.Read(buffer).kind, ReadOutcome::Kind::kData);
}

// Retention goes on while a gap is being counted, at the reader's n-th look into a file: the number must be that of the
// lines before the place where reading goes on, and no line may be told by two gaps.
class StreamReaderDropTest : public StreamReaderTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Looks, StreamReaderDropTest, testing::Range(1, 7));

TEST_P(StreamReaderDropTest, GapsTellEachLostLineOnce) {
  Fill(2000);
  ASSERT_GE(segments_.size(), 7u);
  int looks = 0;
  HookedDisk disk(rig_.disk, [&](const std::string&) {
    if (++looks == GetParam()) Drop(segments_[4].start);
    if (looks == GetParam() + 2) Drop(segments_[5].start);
  });
  Drop(segments_[2].start);
  StreamReader reader(disk, *rig_.stream, 0);
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  uint64_t lost = 0;
  ReadOutcome outcome = reader.Read(buffer);
  for (; outcome.kind == ReadOutcome::Kind::kGap; outcome = reader.Read(buffer)) {
    lost += outcome.gap_lines;
    ASSERT_TRUE(outcome.gap_counts.has_value());
    EXPECT_EQ(outcome.gap_counts->total(), lost);
  }
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(lost, LinesBefore(2000, outcome.offset));
}

TEST_F(StreamReaderTest, HoldsNoFileWhileItWaits) {
  Fill();
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  StreamReader reader(rig_.disk, *rig_.stream, 0);
  ASSERT_EQ(reader.Read(buffer).kind, ReadOutcome::Kind::kData);
  const uint64_t before = rig_.disk.UsedBytes();
  Drop(segments_[1].start);
  EXPECT_LT(rig_.disk.UsedBytes(), before - 60'000);  // Freed at once.
  EXPECT_EQ(reader.Read(buffer).kind, ReadOutcome::Kind::kGap);
}

// Every block of a sealed segment is verified, wherever reads begin and end.
TEST(StreamReaderSuspect, EveryFlippedByteOfASealedSegmentIsFlagged) {
  StreamRig rig(4_MiB);
  rig.Write(LineFrames(0, 9000, 500));
  ASSERT_TRUE(rig.MoveAll());
  const std::vector<Segment> segments = rig.stream->Segments();
  ASSERT_GE(segments.size(), 2u);
  ASSERT_EQ(rig.Read().suspect_reads, 0u);
  SeededRandom random(3);
  for (int round = 0; round < 60; ++round) {
    const uint64_t at = round == 0 ? 0 : round == 1 ? segments[0].bytes() - 1 : random.Below(segments[0].bytes());
    rig.disk.FlipBits(rig.Path(0), at, 1);
    ASSERT_EQ(rig.Read().suspect_reads, 1u) << at;
    rig.disk.FlipBits(rig.Path(0), at, 1);
  }
}

// As pages that were swapped leave it: a frame that is whole by its own account and reaches over an index line.
class StreamReaderIndexLineTest : public testing::Test {
 protected:
  StreamReaderIndexLineTest() {
    rig_.Write(LineFrames(0, kLines, 500));
    CHECK(rig_.MoveAll());
    const std::string bytes = rig_.disk.Contents(rig_.Path(0));
    for (size_t at = 0; at < bytes.size(); at += kFrameHeaderBytes + LoadBig32(bytes.data() + at)) starts_.push_back(at);
    const auto lines = LoadSegmentIndex(rig_.disk, *rig_.stream, 0);
    line_ = (*lines)[2].offset;
  }
  // The frame that begins `before` frames before the index line seems to end `behind` frames behind it.
  void ReachOver(int before, int behind) {
    const auto at = std::lower_bound(starts_.begin(), starts_.end(), line_);
    const uint64_t from = *(at - before);
    const std::string frame = FrameOfBytes(7, *(at + behind) - from);
    std::string bytes = rig_.disk.Contents(rig_.Path(0));
    bytes.replace(from, kHeadBytes, frame.substr(0, kHeadBytes));
    rig_.disk.SetContents(rig_.Path(0), bytes);
  }
  static constexpr uint64_t kLines = 600;
  static constexpr size_t kHeadBytes = 30;  // of a frame, with the length of its text
  StreamRig rig_{4_MiB};
  std::vector<uint64_t> starts_;
  uint64_t line_ = 0;
};

TEST_F(StreamReaderIndexLineTest, FrameThatReachesOverALineIsDamageAndTheLinesFrameIsFound) {
  const std::vector<std::pair<int, int>> reaches = {{1, 1}, {3, 1}, {1, 90}, {20, 200}};
  for (const auto& [before, behind] : reaches) {
    const std::string whole = rig_.disk.Contents(rig_.Path(0));
    ReachOver(before, behind);
    // Whether the block can be verified, or reading begins within it.
    for (const uint64_t from : {uint64_t{0}, line_ - 21 * LineFrame(5, 500).size()}) {
      const auto begin = std::lower_bound(starts_.begin(), starts_.end(), from);
      const ReadBack back = ReadFrom(rig_.disk, *rig_.stream, *begin);
      EXPECT_EQ(back.frames + 1, static_cast<size_t>(starts_.end() - begin)) << before << " " << behind;
      EXPECT_LT(back.damaged_bytes, 600u);
      EXPECT_EQ(back.suspect_reads, from == 0 ? 1u : 0u);
    }
    rig_.disk.SetContents(rig_.Path(0), whole);
  }
}

TEST_F(StreamReaderTest, DiscardUpToTheEndOfAStreamIsAGapAtItsEnd) {
  Fill();
  StreamProgress progress = rig_.writer->walk().ProgressTo(rig_.writer->end() + 700);
  progress.whole_end = progress.end;
  progress.counts.ends[1] += 3;
  rig_.stream->PublishDiscard(progress);
  EXPECT_TRUE(rig_.Read().gaps.empty());
  rig_.stream->End();
  const ReadBack back = rig_.Read();
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0], (Gap{rig_.writer->end(), progress.end, 3, GapReason::kDropNewest}));
  EXPECT_TRUE(back.is_ended);
}

TEST_F(StreamReaderTest, DamageInAFrameLosesOnlyThatFrame) {
  Fill();
  rig_.disk.FlipBits(rig_.Path(0), LineFrames(0, 5, 300).size(), 0x7f);
  const ReadBack back = rig_.Read();
  EXPECT_EQ(back.frames, 899u);
  EXPECT_EQ(back.damaged_bytes, LineFrame(5, 300).size());
  EXPECT_GE(back.suspect_reads, 1u);
}

}  // namespace
}  // namespace tailrace
