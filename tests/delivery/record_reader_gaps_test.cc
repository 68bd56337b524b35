// RecordReader where something is missing.
#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

using Read = DeliveryRig::Read;

class RecordReaderGapsTest : public testing::Test {
 protected:
  // Lines of both sources over several segments of 64 KiB.
  void WriteSegments(const Stream& stream, int lines) {
    for (int i = 0; i < lines; ++i) {
      rig_.WriteLine(stream, std::string(900, 'x') + std::to_string(i), i % 3 == 0 ? "stderr" : "stdout");
    }
  }
  static uint64_t LinesOf(const std::vector<Read>& reads, Source source) {
    uint64_t lines = 0;
    for (const Read& read : reads) {
      if (read.place.tile.source == source) lines += read.place.tile.lines();
      if (read.other.source == source) lines += read.other.lines();
    }
    return lines;
  }
  DeliveryRig rig_;
};

TEST_F(RecordReaderGapsTest, AGapIsOneMarkerWithTheLinesOfBothSources) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  WriteSegments(*stream, 300);
  const uint64_t keep = stream->Segments()[2].start;
  rig_.Drop(*stream, keep);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  const Read& marker = reads.front();
  EXPECT_EQ(marker.place.kind, RecordKind::kMarker);
  EXPECT_EQ(marker.place.first, keep);
  EXPECT_EQ(marker.place.reason, GapReason::kDropOldest);
  EXPECT_EQ(marker.place.lost_lines + reads.size() - 1, 300u);
  EXPECT_EQ(marker.place.time_nano, reads[1].place.time_nano);
  EXPECT_EQ(LinesOf(reads, Source::kStdout), 200u);
  EXPECT_EQ(LinesOf(reads, Source::kStderr), 100u);
}

TEST_F(RecordReaderGapsTest, WhatIsSettledOfOneSourceIsNotLost) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  WriteSegments(*stream, 300);
  const uint64_t keep = stream->Segments()[2].start;
  RecordReader whole(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  uint64_t lines = 0;
  for (const Read& read : rig_.ReadAll(whole)) {
    if (read.place.tile.source == Source::kStdout && read.place.tile.end <= keep) lines = read.place.tile.lines_after;
  }
  rig_.Drop(*stream, keep);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{.settled = keep, .lines = lines}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  EXPECT_EQ(reads.front().place.tile.source, Source::kStderr);
  EXPECT_EQ(reads.front().other.end, 0u);
  EXPECT_EQ(LinesOf(reads, Source::kStdout) + lines, 200u);
  EXPECT_EQ(LinesOf(reads, Source::kStderr), 100u);
}

TEST_F(RecordReaderGapsTest, ALineThatWasNeverEndedIsLostWithTheGapAtTheEnd) {
  const StreamLease stream = rig_.NewStream();
  WriteSegments(*stream, 5);
  rig_.intake->SetLimit(stream->id(), IntakeLimit::kDiscard);
  WriteSegments(*stream, 5);
  for (const std::string& frame : SplitLine("stdout", 1, "open", LineEnd::kOpen)) rig_.Write(*stream, frame);
  for (int i = 0; i < 10; ++i) {
    rig_.clock.Advance(std::chrono::milliseconds(100));
    rig_.RunIntake();
  }
  rig_.End(*stream);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  ASSERT_EQ(reads.size(), 6u);
  EXPECT_EQ(reads[5].place.kind, RecordKind::kMarker);
  EXPECT_EQ(reads[5].place.lost_lines, 6u);
  EXPECT_EQ(LinesOf(reads, Source::kStdout) + LinesOf(reads, Source::kStderr), 11u);
}

TEST_F(RecordReaderGapsTest, ALineBeforeAGapIsAPart) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  WriteSegments(*stream, 100);
  for (const std::string& frame : SplitLine("stdout", 1, std::string(100'000, 'p'))) rig_.Write(*stream, frame);
  WriteSegments(*stream, 100);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  // Everything up to the first segment's end is read before the second goes.
  const std::vector<Segment> segments = stream->Segments();
  ASSERT_GE(segments.size(), 4u);
  rig_.disk.Remove(stream->SegmentPath(segments[2].start));
  rig_.disk.SetContents(stream->SegmentPath(segments[2].start), "");
  const std::vector<Read> reads = rig_.ReadAll(reader);
  EXPECT_EQ(LinesOf(reads, Source::kStdout) + LinesOf(reads, Source::kStderr), 201u);
  size_t markers = 0;
  for (const Read& read : reads) markers += read.place.kind == RecordKind::kMarker ? 1 : 0;
  EXPECT_EQ(markers, 1u);
}

TEST_F(RecordReaderGapsTest, ARangeThatIsGoneIsAMarkerOfItsOwnLines) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  WriteSegments(*stream, 300);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  RecordPlace range = reads[1].place;
  range.tile.end = reads[100].place.tile.end;
  range.tile.lines_after = reads[100].place.tile.lines_after;
  ASSERT_EQ(reads[100].place.tile.source, range.tile.source);
  rig_.Drop(*stream, stream->Segments()[3].start);
  RecordReader again(rig_.disk, *stream, range);
  const std::vector<Read> lost = rig_.ReadAll(again);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].place.kind, RecordKind::kMarker);
  EXPECT_EQ(lost[0].place.tile.begin, range.tile.begin);
  EXPECT_EQ(lost[0].place.tile.end, range.tile.end);
  EXPECT_EQ(lost[0].place.lost_lines, range.tile.lines());
}

// Behind a segment that cannot be read another is missing: the first hole ends where no segment begins.
TEST_F(RecordReaderGapsTest, LinesOfASegmentThatCannotBeReadBeforeAHoleAreThoseOfTheirOwnSource) {
  StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  for (int i = 0; i < 300; ++i) rig_.WriteLine(*stream, std::string(900, 'x') + std::to_string(i), "stderr");
  const std::vector<Segment> segments = stream->Segments();
  ASSERT_GE(segments.size(), 4u);
  rig_.disk.Remove(stream->SegmentPath(segments[2].start));
  stream = {};
  rig_.Restart();
  stream = std::move(rig_.journal->Find(std::string(64, 'c')).front());
  rig_.disk.SetContents(stream->SegmentPath(segments[1].start), "");
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  EXPECT_EQ(LinesOf(reads, Source::kStdout), 0u);
  EXPECT_EQ(LinesOf(reads, Source::kStderr), 300u);
}

TEST_F(RecordReaderGapsTest, DamageInTheMiddleOfAnIndexHidesNoLine) {
  const StreamLease stream = rig_.NewStream({"es"}, 1_MiB);
  WriteSegments(*stream, 600);
  rig_.End(*stream);
  const std::string path = stream->IndexPath(0);
  ASSERT_GE(rig_.disk.Contents(path).size(), 5 * kIndexLineBytes);
  for (size_t at = 5; at < rig_.disk.Contents(path).size(); at += kIndexLineBytes) {
    rig_.disk.FlipBits(path, at, 4);
    RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
    const std::vector<Read> reads = rig_.ReadAll(reader);
    EXPECT_EQ(reads.size(), 600u);
    for (const Read& read : reads) EXPECT_EQ(read.place.kind, RecordKind::kLine);
    rig_.disk.FlipBits(path, at, 4);
  }
}

TEST_F(RecordReaderGapsTest, WhatGoesAfterItWasWalkedIsAGap) {
  const StreamLease stream = rig_.NewStream({"es"}, 64_KiB);
  WriteSegments(*stream, 10);
  for (const std::string& frame : SplitLine("stdout", 1, std::string(100'000, 'p'))) rig_.Write(*stream, frame);
  WriteSegments(*stream, 100);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  Record record;
  for (int i = 0; i < 11; ++i) ASSERT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
  ASSERT_EQ(record.text, std::string(100'000, 'p'));
  reader.Unget(record);
  const uint64_t keep = stream->Segments()[1].start;
  ASSERT_GT(keep, record.place.first);
  ASSERT_LT(keep, record.place.tile.end);
  rig_.Drop(*stream, keep);
  rig_.buffer.Take();
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kWait);
  const std::vector<Read> reads = rig_.ReadAll(reader);
  ASSERT_EQ(reads.size(), 102u);
  EXPECT_EQ(reads[0].place.kind, RecordKind::kMarker);
  EXPECT_EQ(reads[0].place.lost_lines, 0u);
  // What is left of the line: its end is here, and so is counted.
  EXPECT_TRUE(reads[1].place.is_part);
  EXPECT_LT(reads[1].text.size(), 100'000u);
  EXPECT_EQ(reads[1].text, std::string(reads[1].text.size(), 'p'));
  EXPECT_EQ(LinesOf(reads, Source::kStdout) + LinesOf(reads, Source::kStderr), 101u);
}

TEST_F(RecordReaderGapsTest, LinesThatDamageSwallowedAreCorrupt) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 100; ++i) rig_.WriteLine(*stream, "line " + std::to_string(i));
  rig_.disk.FlipBits(stream->SegmentPath(0), 1000, '\x7f');
  rig_.disk.FlipBits(stream->SegmentPath(0), 1001, '\x7f');
  for (int i = 0; i < 4; ++i) rig_.disk.FlipBits(stream->SegmentPath(0), 1020 + static_cast<uint64_t>(i), '\x55');
  rig_.End(*stream);
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  const std::vector<Read> reads = rig_.ReadAll(reader);
  EXPECT_EQ(LinesOf(reads, Source::kStdout), 100u);
  uint64_t corrupt = 0;
  for (const Read& read : reads) corrupt += read.place.kind == RecordKind::kCorrupt ? read.place.tile.lines() : 0;
  EXPECT_LE(corrupt, 4u);
}

TEST_F(RecordReaderGapsTest, EveryFlippedByteKeepsTheCount) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 12; ++i) rig_.WriteLine(*stream, "line " + std::to_string(i), i % 2 == 0 ? "stdout" : "stderr");
  rig_.End(*stream);
  const std::string path = stream->SegmentPath(0);
  const size_t bytes = rig_.disk.Contents(path).size();
  for (size_t at = 0; at < bytes; ++at) {
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      rig_.disk.FlipBits(path, at, mask);
      RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
      const std::vector<Read> reads = rig_.ReadAll(reader);
      EXPECT_GE(LinesOf(reads, Source::kStdout) + LinesOf(reads, Source::kStderr), 12u) << at;
      EXPECT_TRUE(reader.is_over());
      rig_.disk.FlipBits(path, at, mask);
    }
  }
}

}  // namespace
}  // namespace tailrace
