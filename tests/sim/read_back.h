// ReadBack: reads a stream from its beginning and holds what comes against what was written. Pure but for reading.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "journal/stream_reader.h"
#include "tests/sim/written.h"

namespace tailrace {

// Bytes [from, to) of a stream.
struct ByteRange {
  uint64_t from = 0;
  uint64_t to = 0;
};

struct StreamRead {
  struct Gap {
    ByteRange range;
    uint64_t lines = 0;
    GapReason reason = GapReason::kDropOldest;
  };
  std::vector<Gap> gaps;
  std::vector<bool> is_seen;   // of each frame that was written
  uint64_t end = 0;            // everything before it was read or is in a gap
  bool has_ended = false;
  uint64_t damaged_frames = 0;  // seen, but not byte for byte; only where damage is allowed
  std::string complaint;        // empty: all is as it should be
};

struct ReadBackRules {
  // Exact: every byte is right and every gap's number is. Else bytes may be missing or zero, but nothing is invented.
  bool is_exact = true;
  // A frame's content may be anything, as long as it lies where one was written (bit rot).
  bool may_be_changed = false;
};

// `buffer` holds at least a frame of the largest size.
StreamRead ReadBack(Disk& disk, Stream& stream, const Written& written, std::span<char> buffer,
                    const ReadBackRules& rules);

}  // namespace tailrace
