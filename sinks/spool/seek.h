// Seek: where the answer to a `docker logs` begins in a stream: by the number of its last lines (tail), by time (since).
// Both search the index; only the block in which the answer begins is read. Pure but for reading; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "sinks/spool/stream_map.h"

namespace tailrace {

// Where reading of a stream begins, and which of the lines that it then meets are wanted.
struct StreamStart {
  uint64_t offset = 0;         // a frame begins here, or it lies in a gap
  LineCounts counts;           // line ends before it
  bool knows_counts = true;    // else they are nothing, and only what is counted from there on can be told
  // Lines that end behind `wanted_from` are wanted. Reading may begin before it, for their first pieces; a frame there
  // is wanted if so many lines of its source, or more, have ended before it.
  uint64_t wanted_from = 0;
  LineCounts first_wanted;
  // The line that is open at `offset` is not wanted, although its end lies behind.
  std::array<bool, kSources> skips_open{};
  // Something of the stream lies before: a gap right at `offset` is one in the middle.
  bool is_middle = false;
};

// Everything that is there.
Result<StreamStart> SeekFirst(StreamMap& map);

// The last `lines` lines, which are counted down by those that the stream has. Call it for the newest stream first.
// `counts_open`: a line that is still open at the end counts as one (nothing will be read behind the end).
// Lines are in the order of their ends; those open at the end, stdout before stderr.
Result<StreamStart> SeekTail(StreamMap& map, uint64_t& lines, bool counts_open);

// Moves `start` on, over what is older than `since_ns` for sure.
Status SeekSince(StreamMap& map, int64_t since_ns, StreamStart& start);

// Line ends before `offset`, where a frame begins, as intake counted them: for behind a place that cannot be read.
Result<LineCounts> CountsBefore(Disk& disk, const Stream& stream, uint64_t offset);

}  // namespace tailrace
