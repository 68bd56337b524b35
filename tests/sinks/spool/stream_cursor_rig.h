// StreamCursorRig: a stream of numbered lines, read by a cursor from end to end. A fixture.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sinks/spool/stream_cursor.h"
#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"
#include "wire/frame.h"

namespace tailrace {

class StreamCursorRig : public testing::Test {
 protected:
  using Outcome = StreamCursor::Outcome;

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
      outcome_ = cursor.Step(buffer, 16_MiB, out);
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

}  // namespace tailrace
