// PlainFrame: the frame that dockerd writes for nearly every line, recognised at a glance: fields in dockerd's order, a
// time of the years 2006 to 2262 (nine varint bytes), not partial. Everything else goes the general way (frame.h,
// log_entry.h), which says the same of a plain frame; a test holds both together. Pure; any thread.
//
//     4 length | 0a 06 "stdout" | 10, 9 bytes of time | 1a, 1-3 bytes of length, line
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/frame.h"
#include "wire/log_entry.h"

namespace tailrace {

struct PlainFrame {
  size_t bytes = 0;       // whole, header included
  size_t line_at = 0;     // where the line begins; it ends with the frame
  int64_t time_nano = 0;
  Source source = Source::kStdout;
};

// `left` bytes can be read at `p`. False: not a plain frame, or not all of it is there.
inline bool ReadPlainFrame(const char* p, size_t left, PlainFrame& frame) {
  constexpr uint64_t kStdout = 0x74756f6474730600 | 0x0a;  // 0a 06 "stdout", little-endian
  constexpr uint64_t kStderr = 0x7272656474730600 | 0x0a;
  constexpr uint64_t kMore = 0x8080808080808080;           // of a varint's bytes, all but the last
  constexpr size_t kFixedBytes = 24;                       // up to the first byte of the line's length
  if (left < kFixedBytes) return false;
  const size_t whole = kFrameHeaderBytes + LoadBig32(p);
  if (whole > left || whole < kFixedBytes || whole > kFrameHeaderBytes + kFrameBodyBytesMax) return false;
  const auto head = LoadLittle<uint64_t>(p + 4);
  if (head != kStdout && head != kStderr) return false;
  uint64_t time = LoadLittle<uint64_t>(p + 13);
  const auto time_top = static_cast<uint8_t>(p[21]);
  if (p[12] != 0x10 || (time & kMore) != kMore || time_top >= 0x80 || p[22] != 0x1a) return false;
  // Seven bits of each byte, moved together: by pairs, by fours, by eights.
  time &= ~kMore;
  time = (time & 0x007f007f007f007f) | ((time & 0x7f007f007f007f00) >> 1);
  time = (time & 0x00003fff00003fff) | ((time & 0x3fff00003fff0000) >> 2);
  time = (time & 0x000000000fffffff) | ((time & 0x0fffffff00000000) >> 4);
  size_t at = 23;
  size_t line_bytes = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (shift > 14 || at >= whole) return false;
    const auto byte = static_cast<uint8_t>(p[at++]);
    line_bytes |= static_cast<size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (at + line_bytes != whole) return false;  // Something follows the line: partial, or new fields.
  frame.bytes = whole;
  frame.line_at = at;
  frame.time_nano = static_cast<int64_t>(time | (static_cast<uint64_t>(time_top) << 56));
  frame.source = head == kStderr ? Source::kStderr : Source::kStdout;
  return true;
}

}  // namespace tailrace
