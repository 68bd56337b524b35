// IntakeStats: what intake has done and lost since the start of the process. Written by intake, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>

namespace tailrace {

struct IntakeStats {
  std::atomic<uint64_t> bytes_taken{0};
  std::atomic<uint64_t> frames_taken{0};
  std::atomic<uint64_t> lines_taken{0};           // into the journal; but those of a re-attached stream's first visit
  std::atomic<uint64_t> visits{0};
  std::atomic<uint64_t> empty_visits{0};
  std::atomic<uint64_t> lines_dropped_newest{0};  // discarded at a limit or on a full disk
  std::atomic<uint64_t> lines_no_disk{0};         // discarded of a stream that the disk had refused
  std::atomic<uint64_t> io_errors{0};
};

}  // namespace tailrace
