// Lines as dockerd writes them, each telling its number, so that a test sees at once which is missing; and the verb that
// reads a stream back. Pure but for the stream; any thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "journal/stream_reader.h"
#include "tests/fakes/log_frames.h"
#include "wire/frame.h"

namespace tailrace {

inline constexpr int64_t kFirstTime = 1'767'323'045'000'000'000;

// Equal, or where they begin to differ: bytes by the hundred thousand are of no use in a message.
inline testing::AssertionResult SameBytes(std::string_view a, std::string_view b) {
  if (a == b) return testing::AssertionSuccess();
  const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  return testing::AssertionFailure() << "differ at " << at << ", of " << a.size() << " and " << b.size() << " bytes";
}

// More work in a long run (TAILRACE_LONG=1).
inline bool IsLongRun() { return std::getenv("TAILRACE_LONG") != nullptr; }

// The text of line `number`, at least `bytes` long and never twice the same.
inline std::string LineText(uint64_t number, size_t bytes = 0) {
  std::string text = "line " + std::to_string(number) + ";";
  uint64_t state = number * 0x9e3779b97f4a7c15 + 1;
  while (text.size() < bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    text += static_cast<char>('a' + (state >> 33) % 26);
  }
  return text;
}

// Every third line is stderr's.
inline std::string_view LineSource(uint64_t number) { return number % 3 == 2 ? "stderr" : "stdout"; }

inline std::string LineFrame(uint64_t number, size_t bytes = 0) {
  return Frame(LineSource(number), kFirstTime + static_cast<int64_t>(number), LineText(number, bytes));
}

// `count` frames from `first` on, of `bytes` bytes of text each.
inline std::string LineFrames(uint64_t first, uint64_t count, size_t bytes = 0) {
  std::string frames;
  for (uint64_t i = 0; i < count; ++i) frames += LineFrame(first + i, bytes);
  return frames;
}

// A line whose frame has exactly `bytes` bytes (at least 128).
inline std::string FrameOfBytes(uint64_t number, size_t bytes) {
  size_t text = bytes - 64;
  std::string frame = LineFrame(number, text);
  for (int round = 0; frame.size() != bytes && round < 8; ++round) {
    text += bytes - frame.size();
    frame = LineFrame(number, text);
  }
  CHECK_EQ(frame.size(), bytes);
  return frame;
}

// What a reader finds from an offset on, until it would have to wait or the stream ends.
struct ReadBack {
  struct Gap {
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t lines = 0;
    GapReason reason = GapReason::kDropOldest;
    friend bool operator==(const Gap&, const Gap&) = default;
  };
  std::string bytes;          // of whole frames, one after the other
  uint64_t frames = 0;
  uint64_t damaged_bytes = 0;
  uint64_t suspect_reads = 0;
  std::vector<Gap> gaps;
  bool is_ended = false;
  uint64_t end = 0;           // where it stopped
  uint64_t lost_lines() const {
    uint64_t lines = 0;
    for (const Gap& gap : gaps) lines += gap.lines;
    return lines;
  }
};

inline void TakeFrames(const ReadOutcome& outcome, size_t buffer_bytes, StreamReader& reader, ReadBack& back) {
  std::string_view data = outcome.data;
  uint64_t at = outcome.offset;
  const bool is_last = outcome.is_cut || data.size() < buffer_bytes;
  while (!data.empty()) {
    FrameStep step = NextFrame(data, is_last);
    if (step.kind == FrameStep::Kind::kNeedMore) {
      if (!is_last || outcome.is_cut) break;
      // Intake saw a frame end where the data end: the length is damaged.
      step = {FrameStep::Kind::kDamage, FindFrame(data, 1, true), {}};
    }
    if (step.kind == FrameStep::Kind::kFrame) {
      back.bytes += data.substr(0, step.bytes);
      ++back.frames;
    } else {
      back.damaged_bytes += step.bytes;
    }
    at += step.bytes;
    data.remove_prefix(step.bytes);
  }
  reader.Seek(outcome.is_cut ? outcome.offset + outcome.data.size() : at);
}

inline ReadBack ReadFrom(Disk& disk, Stream& stream, uint64_t offset = 0) {
  std::vector<char> buffer(kFrameHeaderBytes + kFrameBodyBytesMax);
  StreamReader reader(disk, stream, offset);
  ReadBack back;
  for (int reads = 0; reads < 100'000; ++reads) {
    const ReadOutcome outcome = reader.Read(buffer);
    back.end = reader.offset();
    if (outcome.kind == ReadOutcome::Kind::kWait) return back;
    if (outcome.kind == ReadOutcome::Kind::kEnd) {
      back.is_ended = true;
      return back;
    }
    if (outcome.kind == ReadOutcome::Kind::kGap) {
      back.gaps.push_back({outcome.offset, outcome.gap_end, outcome.gap_lines, outcome.reason});
      continue;
    }
    back.suspect_reads += outcome.is_suspect;
    TakeFrames(outcome, buffer.size(), reader, back);
  }
  CHECK(false);  // It goes round in circles.
  return back;
}

}  // namespace tailrace
