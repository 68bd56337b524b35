// Plan: what an answer to `docker logs` reads: of which streams, from where to where. Made once, when the answer begins:
// that is the moment of which it speaks. Reads indexes, and a block or two of segments; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "journal/journal.h"
#include "sinks/spool/log_reader.h"
#include "sinks/spool/seek.h"

namespace tailrace {

struct PlannedStream {
  size_t which = 0;                 // of the streams given
  StreamStart start;
  std::optional<uint64_t> end;      // the answer ends here, behind a whole frame; nothing: with the stream
  std::optional<uint64_t> history_end;  // of a live stream, behind the last whole frame: what lies behind is news
};

// Oldest first. A stream of which nothing is wanted, now or later, is left out.
// A stream that cannot be searched (its index and its bytes are unreadable) is read from its first byte.
std::vector<PlannedStream> PlanAnswer(Disk& disk, const std::vector<StreamLease>& streams, const ReadOptions& options,
                                      LogReader::Stats& stats);

}  // namespace tailrace
