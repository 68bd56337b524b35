#include "journal/stream_writer.h"

#include <gtest/gtest.h>

#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

class SpliceCuts : public testing::TestWithParam<size_t> {};

// Trap 25
TEST_P(SpliceCuts, BytesAreTheSameWhereverSplicesCut) {
  StreamRig rig;
  rig.disk.SetSpliceBytesMax(GetParam());
  std::string written;
  for (uint64_t i = 0; written.size() < std::min<size_t>(400'000, GetParam() * 40'000); ++i) {
    written += LineFrame(i, i % 7 == 0 ? 15'000 : i % 300);
  }
  rig.Write(written);
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_TRUE(SameBytes(rig.RawBytes(), written));
  EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
  EXPECT_TRUE(rig.Read().gaps.empty());
  EXPECT_TRUE(AreSealedWhole(rig));
  EXPECT_EQ(rig.writer->walk().whole_end(), written.size());
}

INSTANTIATE_TEST_SUITE_P(StreamWriter, SpliceCuts, testing::Values(1, 2, 3, 7, 100, 4095, 4096, 4097, 65536, 1 << 20));

TEST(StreamWriter, RollsExactlyAtFrameBoundaries) {
  StreamRig rig;
  const std::string written = LineFrames(0, 3000, 300);
  rig.Write(written);
  ASSERT_TRUE(rig.MoveAll());
  const std::vector<Segment> segments = rig.stream->Segments();
  EXPECT_GE(segments.size(), 10u);
  EXPECT_TRUE(AreSealedWhole(rig));
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    EXPECT_GE(segments[i].bytes(), 64_KiB);
    EXPECT_LT(segments[i].bytes(), 64_KiB + 400);
    EXPECT_EQ(segments[i].end, segments[i + 1].start);
  }
}

TEST(StreamWriter, TakesFramesOfAnySizeUpToTheLimit) {
  for (size_t bytes : {128_KiB, 300_KiB, 1_MiB, 1_MiB + 4}) {
    StreamRig rig;
    const std::string written = LineFrame(0) + FrameOfBytes(1, bytes) + LineFrames(2, 50, 3000) + FrameOfBytes(60, bytes);
    rig.Write(written);
    ASSERT_TRUE(rig.MoveAll());
    EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
    EXPECT_EQ(rig.writer->walk().counts().total(), 53u);
    EXPECT_TRUE(AreSealedWhole(rig));
    EXPECT_GE(rig.stream->Segments().size(), 2u);
  }
}

TEST(StreamWriter, FrameBeyondTheLimitIsDamageAndTheNextLinesAreFound) {
  StreamRig rig;
  std::string giant = FrameOfBytes(1, 4096);
  StoreBig32(giant.data(), 1'048'577);
  rig.Write(LineFrame(0) + giant + LineFrames(2, 2000, 200));
  ASSERT_TRUE(rig.MoveAll());
  const ReadBack back = rig.Read();
  EXPECT_TRUE(SameBytes(back.bytes, LineFrame(0) + LineFrames(2, 2000, 200)));
  EXPECT_EQ(back.damaged_bytes, giant.size());
}

TEST(StreamWriter, BudgetBoundsAMove) {
  StreamRig rig;
  rig.Write(LineFrames(0, 500, 100));
  const StreamWriter::Moved moved = rig.Move(10'000);
  EXPECT_EQ(moved.bytes, 10'000u);
  EXPECT_EQ(moved.kind, MoveOutcome::Kind::kMoved);
}

// Pages that are filled by one call are cheaper; what is left lies safely in the pipe, and comes with the next move.
TEST(StreamWriter, OfABusyPipeRoundPartsAreTaken) {
  StreamRig rig(20'000'000);
  ASSERT_TRUE(rig.fifo->Resize(256_KiB).ok());
  const std::string written = LineFrames(0, 1500, 120);
  rig.Write(written);
  const StreamWriter::Moved first = rig.Move();
  EXPECT_EQ(first.bytes % StreamWriter::kRoundBytes, 0u);
  EXPECT_GE(first.bytes, StreamWriter::kBusyBytes - StreamWriter::kRoundBytes);
  EXPECT_LT(first.bytes, written.size());
  const StreamWriter::Moved rest = rig.Move();
  EXPECT_EQ(first.bytes + rest.bytes, written.size());
  EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
  EXPECT_EQ(rig.writer->walk().whole_end(), written.size());
}

TEST(StreamWriter, ReadersSeeOnlyWholeFrames) {
  StreamRig rig;
  rig.disk.SetSpliceBytesMax(50);
  const std::string first = LineFrame(0);
  rig.Write(first + LineFrame(1, 500));
  EXPECT_EQ(rig.Move().bytes, 50u);
  ASSERT_LT(first.size(), 50u);
  EXPECT_TRUE(rig.writer->is_cut());
  EXPECT_TRUE(SameBytes(rig.Read().bytes, first));
  EXPECT_EQ(rig.stream->Snapshot().progress.end, 50u);
}

TEST(StreamWriter, RequestedRollComesAtTheNextFrame) {
  StreamRig rig;
  const std::string frame = LineFrame(1, 500);
  rig.Write(LineFrame(0) + frame.substr(0, 100));
  rig.Move();
  rig.writer->RequestRoll();
  EXPECT_EQ(rig.Move().bytes, 0u);  // In mid-frame: the rest comes first.
  EXPECT_EQ(rig.stream->Segments().size(), 1u);
  rig.Write(frame.substr(100) + LineFrame(2));
  ASSERT_TRUE(rig.MoveAll());
  ASSERT_EQ(rig.stream->Segments().size(), 2u);
  EXPECT_TRUE(AreSealedWhole(rig));
  EXPECT_EQ(rig.Read().frames, 3u);
}

TEST(StreamWriter, RequestedRollOfAnEmptySegmentMakesNoSecond) {
  StreamRig rig;
  rig.writer->RequestRoll();
  rig.Move();
  rig.writer->RequestRoll();
  rig.Move();
  rig.Write(LineFrame(0));
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_EQ(rig.stream->Segments().size(), 1u);
}

TEST(StreamWriter, SealedSegmentIsCoveredByItsIndexToTheLastByte) {
  StreamRig rig(200'000);
  rig.Write(LineFrames(0, 2000, 300));
  ASSERT_TRUE(rig.MoveAll());
  const std::vector<Segment> segments = rig.stream->Segments();
  ASSERT_GE(segments.size(), 3u);
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    const std::vector<IndexLine> lines =
        ParseIndex(rig.disk.Contents(rig.Path(segments[i].start, ".idx")), segments[i].start);
    ASSERT_GE(lines.size(), 4u);
    EXPECT_EQ(lines.back().offset, segments[i].end);
  }
}

TEST(StreamWriter, FirstSegmentGetsItsIndexWithItsFirst64KiB) {
  StreamRig rig(1_MiB);
  rig.Write(LineFrames(0, 100, 300));
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_FALSE(rig.disk.Exists(rig.Path(0, ".idx")));
  rig.Write(LineFrames(100, 200, 300));
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_EQ(ParseIndex(rig.disk.Contents(rig.Path(0, ".idx")), 0).size(), 2u);
}

TEST(StreamWriter, IndexThatCannotBeWrittenIsTriedAgainAndLosesNothing) {
  StreamRig rig(1_MiB);
  rig.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kOpen, Call::kWriteAt}, .path_part = ".idx"});
  const std::string written = LineFrames(0, 1000, 300);
  rig.Write(written);
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_GT(rig.writer->index_errors(), 0u);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
  rig.disk.ClearFailures();
  rig.Write(LineFrames(1000, 300, 300));
  ASSERT_TRUE(rig.MoveAll());
  const std::vector<IndexLine> lines = ParseIndex(rig.disk.Contents(rig.Path(0, ".idx")), 0);
  EXPECT_EQ(lines.size(), 1 + rig.RawBytes().size() / 65'900);
}

TEST(StreamWriter, RefusedIndexLineLeavesAPrefixThatChecksOut) {
  StreamRig rig(1_MiB);
  for (uint64_t k = 1; k <= 6; ++k) {
    rig.disk.FailCall(k, StatusCode::kIo, {.kinds = {Call::kWriteAt}, .path_part = ".idx"});
  }
  const std::string written = LineFrames(0, 2500, 300);
  rig.Write(written);
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_EQ(rig.writer->index_errors(), 6u);
  const std::vector<IndexLine> lines = ParseIndex(rig.disk.Contents(rig.Path(0, ".idx")), 0);
  EXPECT_GE(lines.size(), 8u);
  EXPECT_EQ(rig.Read().suspect_reads, 0u);
}

TEST(StreamWriter, FullDiskLosesNothingAndGoesOnWhenThereIsRoom) {
  StreamRig rig;
  const std::string written = LineFrames(0, 1500, 300);
  rig.Write(written);
  int refusals = 0;
  for (uint64_t capacity = 50'000; !rig.is_drained(); capacity += 50'000) {
    rig.disk.SetCapacity(capacity);
    for (int move = 0; move < 3; ++move) {
      const StreamWriter::Moved moved = rig.Move();
      if (moved.status.ok()) continue;
      EXPECT_EQ(moved.status.code(), StatusCode::kNoSpace);
      ++refusals;
    }
  }
  EXPECT_GE(refusals, 5);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, written));
  EXPECT_TRUE(AreSealedWhole(rig));
}

TEST(StreamWriter, SegmentIsNotBegunWhereAForeignFileLies) {
  StreamRig rig;
  rig.Write(LineFrames(0, 200, 300));
  ASSERT_TRUE(rig.MoveAll());
  const uint64_t end = rig.writer->end();
  rig.disk.SetContents(rig.Path(end), "foreign");
  rig.writer->RequestRoll();
  rig.Write(LineFrame(300));
  EXPECT_EQ(rig.Move().status.code(), StatusCode::kIo);
  EXPECT_EQ(rig.disk.Contents(rig.Path(end)), "foreign");
}

// Every call that can fail fails once; what was moved is there, and the next move goes on.
TEST(StreamWriter, AnyFailedCallLosesNothing) {
  const std::string written = LineFrames(0, 600, 300);
  uint64_t failed = 0;
  for (uint64_t k = 1; k < 400; ++k) {
    StreamRig rig;
    rig.Write(written);
    rig.disk.FailCall(k, StatusCode::kIo);
    for (int move = 0; move < 200 && !(rig.is_drained() && rig.Move().bytes == 0); ++move) {
      failed += !rig.Move().status.ok();
    }
    rig.disk.ClearFailures();
    ASSERT_TRUE(rig.MoveAll());
    ASSERT_TRUE(SameBytes(rig.RawBytes(), written)) << k;
    ASSERT_TRUE(SameBytes(rig.Read().bytes, written)) << k;
  }
  EXPECT_GT(failed, 20u);
}

}  // namespace
}  // namespace tailrace
