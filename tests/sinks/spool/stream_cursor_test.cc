#include "sinks/spool/stream_cursor.h"

#include "tests/sinks/spool/stream_cursor_rig.h"

namespace tailrace {
namespace {

using StreamCursorTest = StreamCursorRig;

TEST_F(StreamCursorTest, ReadsOverSegments) {
  Lines(3);
  stream_.Roll();
  Lines(3);
  EXPECT_EQ(Read(), LinesFrom(1, 6));
  EXPECT_EQ(outcome_, Outcome::kDone);
  EXPECT_EQ(stats_.gaps, 0u);
  EXPECT_EQ(stats_.corrupt_bytes, 0u);
}

TEST_F(StreamCursorTest, EndsAtTheFirstLineLaterThanUntil) {
  Lines(6);
  until_ = 1004;
  EXPECT_EQ(Read(), LinesFrom(1, 4));
  EXPECT_EQ(outcome_, Outcome::kOver);
}

TEST_F(StreamCursorTest, AGapInTheMiddleIsAMarkerWithTheTimeOfWhatFollows) {
  Lines(2);
  stream_.Lose({Frame("stdout", 1, "lost"), Frame("stderr", 1, "lost")}, GapReason::kDropNewest, 7);
  Lines(1);
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Marker(2, "drop-newest", 1003), Line(3)}));
  EXPECT_EQ(stats_.gaps, 1u);
  EXPECT_EQ(stats_.corrupt_bytes, 0u);  // The cut frame before the gap is part of it.
}

TEST_F(StreamCursorTest, AGapAtTheEndOfAnEndedStreamHasTheTimeOfWhatIsBefore) {
  Lines(2);
  stream_.Lose({Frame("stdout", 1, "lost")}, GapReason::kDropNewest, 0);
  stream_.End();
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Marker(1, "drop-newest", 1002)}));
}

TEST_F(StreamCursorTest, AGapInFrontIsNotShown) {
  Lines(2);
  stream_.Roll();
  Lines(2);
  stream_.DropFirst(1);
  EXPECT_EQ(Read(), LinesFrom(3, 4));
}

TEST_F(StreamCursorTest, RetentionThatOvertakesAReaderLeavesAMarker) {
  Lines(2);
  stream_.Roll();
  Lines(3);
  stream_.Roll();
  Lines(2);
  StreamMap map(spool_.disk, stream_.stream());
  uint64_t left = 4;
  const PlannedStream plan{0, *SeekTail(map, left, true), map.whole_end(), std::nullopt};
  stream_.DropFirst(2);
  LineOutput out(std::nullopt, std::nullopt);
  StreamCursor cursor(spool_.disk, stream_.stream(), plan, stats_);
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  while (cursor.Step(buffer, 256_KiB, out) == Outcome::kMore) {
  }
  // Wanted were lines 4 to 7; lost of them are two.
  EXPECT_EQ(ParseChunk(out.encoder().bytes()), (std::vector<Said>{Marker(2, "drop-oldest", 1006), Line(6), Line(7)}));
}

TEST_F(StreamCursorTest, AnUnreadableSegmentIsAGap) {
  Lines(2);
  stream_.Roll();
  Lines(3);
  stream_.Roll();
  Lines(2);
  StreamMap map(spool_.disk, stream_.stream());
  const std::string path = stream_.SegmentPath(1);
  spool_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = path});
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Marker(3, "damage", 1006), Line(6), Line(7)}));
}

TEST_F(StreamCursorTest, ASegmentCutShortIsAGap) {
  Lines(2);
  stream_.Roll();
  Lines(3);
  stream_.Roll();
  Lines(2);
  const std::string path = stream_.SegmentPath(1);
  std::string bytes = spool_.disk.Contents(path);
  bytes.resize(starts_[4] - starts_[2] + 5);
  spool_.disk.SetContents(path, bytes);
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Line(3), Line(4), Marker(1, "damage", 1006), Line(6), Line(7)}));
}

TEST_F(StreamCursorTest, LargeFramesAndFullBuffers) {
  std::vector<Said> expected;
  for (int i = 0; i < 40; ++i) {
    const std::string text(static_cast<size_t>(i) * 7919 % 200'000, static_cast<char>('a' + i % 26));
    stream_.Add(Frame("stdout", 1000 + i, text));
    expected.push_back({"stdout", 1000 + i, text + "\n"});
  }
  stream_.Publish();
  // More than a chunk is never taken at once, but for one line.
  StreamMap map(spool_.disk, stream_.stream());
  const PlannedStream plan{0, *SeekFirst(map), map.whole_end(), std::nullopt};
  LineOutput out(std::nullopt, std::nullopt);
  StreamCursor cursor(spool_.disk, stream_.stream(), plan, stats_);
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  std::vector<Said> all;
  for (Outcome outcome = Outcome::kMore; outcome == Outcome::kMore;) {
    outcome = cursor.Step(buffer, 64_KiB, out);
    EXPECT_LT(out.encoder().size(), 64_KiB + 200'100);
    for (Said& said : ParseChunk(out.encoder().bytes())) all.push_back(std::move(said));
    out.encoder().Clear();
  }
  EXPECT_TRUE(all == expected);
}

}  // namespace
}  // namespace tailrace
