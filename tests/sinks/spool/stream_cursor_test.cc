#include "sinks/spool/stream_cursor.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"
#include "wire/frame.h"

namespace tailrace {
namespace {

using Outcome = StreamCursor::Outcome;

class StreamCursorTest : public testing::Test {
 protected:
  // Line n (from 1) has the time 1000 + n and says so.
  void Lines(size_t n, std::string_view source = "stdout") {
    for (; n > 0; --n) {
      ++lines_;
      starts_.push_back(stream_.whole_end());
      stream_.Add(Frame(source, 1000 + lines_, "line " + std::to_string(lines_)));
      stream_.Publish();
    }
  }
  Said Line(int64_t n, std::string source = "stdout") {
    return {std::move(source), 1000 + n, "line " + std::to_string(n) + "\n"};
  }
  std::vector<Said> LinesFrom(int64_t first, int64_t last) {
    std::vector<Said> said;
    for (; first <= last; ++first) said.push_back(Line(first));
    return said;
  }
  Said Marker(uint64_t lines, const char* reason, int64_t time) {
    return {"stderr", time, "tailrace: " + std::to_string(lines) + " lines lost here (" + reason + ")\n"};
  }

  // Reads all from the first byte to the stream's end as of now.
  std::vector<Said> Read(std::optional<uint64_t> tail = std::nullopt) {
    StreamMap map(spool_.disk, stream_.stream());
    uint64_t left = tail.value_or(0);
    const PlannedStream plan{0, tail ? *SeekTail(map, left, true) : *SeekFirst(map), map.whole_end(), std::nullopt};
    LineOutput out(std::nullopt, until_);
    StreamCursor cursor(spool_.disk, stream_.stream(), plan, stats_);
    std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
    int steps = 0;
    do {
      outcome_ = cursor.Step(buffer, 256_KiB, out);
      EXPECT_LT(++steps, 10'000);
    } while (outcome_ == Outcome::kMore && steps < 10'000);
    return ParseChunk(out.encoder().bytes());
  }
  void Flip(uint64_t offset, char mask) {
    const auto& starts = stream_.segment_starts();
    const auto behind = std::upper_bound(starts.begin(), starts.end(), offset);
    const auto segment = static_cast<size_t>(behind - starts.begin()) - 1;
    spool_.disk.FlipBits(stream_.SegmentPath(segment), offset - starts[segment], mask);
  }

  TestSpool spool_;
  TestStream stream_{spool_.disk, spool_.NewStream()};
  LogReader::Stats stats_;
  std::vector<uint64_t> starts_;  // of each line's frame
  int64_t lines_ = 0;
  std::optional<int64_t> until_;
  Outcome outcome_ = Outcome::kMore;
};

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

TEST_F(StreamCursorTest, DamageLosesTheFrameThatItHits) {
  Lines(2);
  Lines(1, "stderr");
  Lines(4);
  for (size_t i = 1; i < 6; ++i) {
    Flip(starts_[i] + 4, '\x7f');  // The body is no entry any more.
    std::vector<Said> expected = LinesFrom(1, 7);
    expected[2] = Line(3, "stderr");
    expected[i] = Marker(1, "damage", 1000 + static_cast<int64_t>(i) + 2);
    EXPECT_EQ(Read(), expected) << i;
    Flip(starts_[i] + 4, '\x7f');
  }
}

TEST_F(StreamCursorTest, DamagedLengthsLoseNothingElse) {
  Lines(8);
  for (size_t i = 1; i < 7; ++i) {
    for (size_t byte = 0; byte < 4; ++byte) {
      for (int bit = 0; bit < 8; ++bit) {
        Flip(starts_[i] + byte, static_cast<char>(1 << bit));
        std::vector<Said> expected = LinesFrom(1, 8);
        expected[i] = Marker(1, "damage", 1000 + static_cast<int64_t>(i) + 2);
        EXPECT_EQ(Read(), expected) << i << " byte " << byte << " bit " << bit;
        Flip(starts_[i] + byte, static_cast<char>(1 << bit));
      }
    }
  }
}

TEST_F(StreamCursorTest, DamageInFrontIsNotShown) {
  Lines(4);
  Flip(0, '\x7f');
  EXPECT_EQ(Read(), LinesFrom(2, 4));
  EXPECT_EQ(stats_.corrupt_bytes, starts_[1]);
}

TEST_F(StreamCursorTest, DamageAtTheEndHasTheTimeOfWhatIsBefore) {
  Lines(4);
  Flip(starts_[3] + 1, '\x7f');
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Line(3), Marker(1, "damage", 1003)}));
  EXPECT_EQ(outcome_, Outcome::kDone);
}

TEST_F(StreamCursorTest, AStretchOfDamageIsOneMarker) {
  Lines(9);
  stream_.IndexHere();
  Lines(2);
  for (uint64_t at = starts_[3]; at < starts_[6]; ++at) Flip(at, '\x55');
  std::vector<Said> expected = LinesFrom(1, 3);
  expected.push_back(Marker(3, "damage", 1007));
  for (const Said& said : LinesFrom(7, 11)) expected.push_back(said);
  EXPECT_EQ(Read(), expected);
  EXPECT_EQ(stats_.corrupt_bytes, starts_[6] - starts_[3]);
}

TEST_F(StreamCursorTest, DamageBeforeTheTailIsNotShown) {
  Lines(5);
  stream_.IndexHere();
  Lines(3);
  Flip(starts_[2], '\x7f');
  EXPECT_EQ(Read(3), LinesFrom(6, 8));
  Flip(starts_[6], '\x7f');
  EXPECT_EQ(Read(3), (std::vector<Said>{Line(6), Marker(1, "damage", 1008), Line(8)}));
}

TEST_F(StreamCursorTest, WhatIsOpenBeforeDamageIsLostWithIt) {
  stream_.Add(Partial("stdout", 999, "lost ", "id", 1, false));
  Lines(1, "stderr");
  Lines(1, "stderr");
  stream_.Add(Partial("stdout", 999, "rest", "id", 2, true));
  Lines(1, "stderr");
  Flip(starts_[1] + 4, '\x7f');
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1, "stderr"), Marker(1, "damage", 999), {"stdout", 999, "rest\n"},
                                       Line(3, "stderr")}));
}

TEST_F(StreamCursorTest, AnyFlipIsSurvived) {
  for (int i = 0; i < 6; ++i) {
    Lines(1);
    stream_.Add(Partial("stderr", 2000, "piece", "id", 1, false));
    stream_.Add(Partial("stderr", 2000, "", "id", 2, true));
    if (i == 2) stream_.Roll();
  }
  stream_.Publish();
  const std::vector<Said> whole = Read();
  for (uint64_t at = 0; at < stream_.whole_end(); ++at) {
    for (char mask : {'\x01', '\x80', '\x7f'}) {
      Flip(at, mask);
      const std::vector<Said> said = Read();
      EXPECT_EQ(outcome_, Outcome::kDone);
      // A flip may hit one frame, and with it the line that it is a piece of.
      EXPECT_GE(said.size() + 2, whole.size()) << at;
      EXPECT_LE(said.size(), whole.size() + 1) << at;
      Flip(at, mask);
    }
  }
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
