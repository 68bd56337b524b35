#include "delivery/record_reader.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

using Read = DeliveryRig::Read;

class RecordReaderTest : public testing::Test {
 protected:
  std::vector<Read> ReadFrom(Stream& stream, const SourceCursor& out = {}, const SourceCursor& err = {}) {
    RecordReader reader(rig_.disk, stream, {out, err});
    return rig_.ReadAll(reader);
  }
  std::vector<Read> ReadRange(Stream& stream, const RecordPlace& place) {
    RecordReader reader(rig_.disk, stream, place);
    return rig_.ReadAll(reader);
  }
  void WritePieces(const Stream& stream, std::string_view text, LineEnd end = LineEnd::kNewline) {
    for (const std::string& frame : SplitLine("stdout", ++rig_.time_nano, text, end)) {
      rig_.Write(stream, frame);
      rig_.WriteLine(stream, "between", "stderr");
    }
  }
  DeliveryRig rig_;
};

TEST_F(RecordReaderTest, TilesOfASourceFollowEachOther) {
  const StreamLease stream = rig_.NewStream();
  const uint64_t a = rig_.WriteLine(*stream, "a");
  const uint64_t b = rig_.WriteLine(*stream, "b", "stderr");
  const uint64_t c = rig_.WriteLine(*stream, "c");
  const std::vector<Read> reads = ReadFrom(*stream);
  ASSERT_EQ(reads.size(), 3u);
  EXPECT_EQ(reads[0].place.tile.end, a);
  EXPECT_EQ(reads[1].place.tile.begin, 0u);
  EXPECT_EQ(reads[1].place.first, a);
  EXPECT_EQ(reads[1].place.tile.end, b);
  EXPECT_EQ(reads[2].place.tile.begin, a);
  EXPECT_EQ(reads[2].place.first, b);
  EXPECT_EQ(reads[2].place.tile.end, c);
  EXPECT_EQ(reads[2].place.tile.lines_before, 1u);
  EXPECT_EQ(reads[2].text, "c");
}

TEST_F(RecordReaderTest, EachSourceBeginsAtItsOwnFrontier) {
  const StreamLease stream = rig_.NewStream();
  rig_.WriteLine(*stream, "a");
  rig_.WriteLine(*stream, "b", "stderr");
  const uint64_t c = rig_.WriteLine(*stream, "c");
  const std::vector<Read> reads = ReadFrom(*stream, {.settled = c, .lines = 2}, {});
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].text, "b");
}

TEST_F(RecordReaderTest, PiecesAreOneRecordAlsoAcrossTheBuffer) {
  const StreamLease stream = rig_.NewStream();
  const std::string text = std::string(300'000, 'x') + "end";
  WritePieces(*stream, text);
  const std::vector<Read> reads = ReadFrom(*stream);
  ASSERT_EQ(reads.size(), 20u);
  EXPECT_EQ(reads[18].text, text);
  EXPECT_EQ(reads[18].place.first, 0u);
  EXPECT_FALSE(reads[18].place.is_part);
  EXPECT_EQ(reads[0].text, "between");
}

TEST_F(RecordReaderTest, AVeryLongLineIsCutTheSameWherevReadingBegins) {
  const StreamLease stream = rig_.NewStream();
  const std::string text(70 * kDockerChunkBytes, 'x');
  for (const std::string& frame : SplitLine("stdout", ++rig_.time_nano, text)) rig_.Write(*stream, frame);
  const std::vector<Read> reads = ReadFrom(*stream);
  ASSERT_EQ(reads.size(), 2u);
  EXPECT_EQ(reads[0].text.size(), 64 * kDockerChunkBytes);
  EXPECT_EQ(reads[0].place.kind, RecordKind::kPart);
  EXPECT_TRUE(reads[1].place.is_part);
  EXPECT_EQ(reads[1].place.kind, RecordKind::kLine);
  const std::vector<Read> again = ReadFrom(*stream, {.settled = reads[0].place.tile.end}, {});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].text, reads[1].text);
  EXPECT_TRUE(again[0].place.is_part);
  const std::vector<Read> part = ReadRange(*stream, reads[0].place);
  ASSERT_EQ(part.size(), 1u);
  EXPECT_EQ(part[0].text, reads[0].text);
  EXPECT_EQ(part[0].place.kind, RecordKind::kPart);
  EXPECT_TRUE(part[0].place.is_part);
}

TEST_F(RecordReaderTest, EveryRecordComesAgainFromItsRange) {
  const StreamLease stream = rig_.NewStream();
  for (int i = 0; i < 50; ++i) {
    rig_.WriteLine(*stream, "line " + std::to_string(i), i % 3 == 0 ? "stderr" : "stdout");
    if (i % 10 == 0) WritePieces(*stream, std::string(40'000, 'p'));
  }
  WritePieces(*stream, std::string(20'000, 'o'), LineEnd::kOpen);
  rig_.End(*stream);
  const std::vector<Read> reads = ReadFrom(*stream);
  EXPECT_EQ(reads.back().place.kind, RecordKind::kOpenEnd);
  for (const Read& read : reads) {
    const std::vector<Read> again = ReadRange(*stream, read.place);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].text, read.text);
    EXPECT_EQ(again[0].place.first, read.place.first);
    EXPECT_EQ(again[0].place.tile.begin, read.place.tile.begin);
    EXPECT_EQ(again[0].place.tile.lines_after, read.place.tile.lines_after);
    EXPECT_EQ(again[0].place.kind, read.place.kind);
    EXPECT_EQ(again[0].place.is_part, read.place.is_part);
  }
}

TEST_F(RecordReaderTest, WaitsForMoreAndEndsWithTheStream) {
  const StreamLease stream = rig_.NewStream();
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  Record record;
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kWait);
  rig_.WriteLine(*stream, "a");
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
  EXPECT_EQ(record.text, "a");
  reader.Unget(record);
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
  EXPECT_EQ(record.text, "a");
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kWait);
  rig_.End(*stream);
  EXPECT_EQ(reader.Next(rig_.buffer, record), RecordReader::Outcome::kEnd);
  EXPECT_TRUE(reader.is_over());
}

TEST_F(RecordReaderTest, AnotherReaderOfTheBufferDoesNoHarm) {
  const StreamLease stream = rig_.NewStream();
  const StreamLease other = rig_.NewStream();
  for (int i = 0; i < 20; ++i) {
    rig_.WriteLine(*stream, "ours " + std::to_string(i));
    rig_.WriteLine(*other, "theirs, and longer " + std::to_string(i));
  }
  RecordReader a(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  RecordReader b(rig_.disk, *other, {SourceCursor{}, SourceCursor{}});
  Record record;
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(a.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
    EXPECT_EQ(record.text, "ours " + std::to_string(i));
    a.Unget(record);
    ASSERT_EQ(b.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
    EXPECT_EQ(record.text, "theirs, and longer " + std::to_string(i));
    ASSERT_EQ(a.Next(rig_.buffer, record), RecordReader::Outcome::kRecord);
    EXPECT_EQ(record.text, "ours " + std::to_string(i));
  }
}

TEST_F(RecordReaderTest, AnIdleSourceIsPassedOver) {
  const StreamLease stream = rig_.NewStream();
  const uint64_t end = rig_.WriteLine(*stream, "a");
  RecordReader reader(rig_.disk, *stream, {SourceCursor{}, SourceCursor{}});
  EXPECT_EQ(rig_.ReadAll(reader).size(), 1u);
  const Tile idle = reader.IdleOf(Source::kStderr);
  EXPECT_EQ(idle.begin, 0u);
  EXPECT_EQ(idle.end, end);
  EXPECT_EQ(reader.IdleOf(Source::kStdout).end, reader.IdleOf(Source::kStdout).begin);
  reader.SkipIdle(idle);
  rig_.WriteLine(*stream, "b", "stderr");
  const std::vector<Read> reads = rig_.ReadAll(reader);
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].place.tile.begin, end);
}

}  // namespace
}  // namespace tailrace
