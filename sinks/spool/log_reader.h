// LogReader: answers one `docker logs` from the journal: tail, since, until and follow over all runs of a container, as
// frames ready for dockerd (docker's ReadLogs: each line with its own "\n"). A resource of one thread (its connection's).
// Holds leases of the container's streams, but no file between calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "journal/journal.h"

namespace tailrace {

struct ReadOptions {
  std::optional<int64_t> since_ns = {};  // inclusive; absent: no bound
  std::optional<int64_t> until_ns = {};  // inclusive
  int64_t tail = -1;                // last N lines; negative: all; 0: none (only new ones with follow)
  bool follow = false;
};

class LogReader {
 public:
  static constexpr Nanos kHeartbeat = std::chrono::seconds(20);
  static constexpr size_t kChunkBytes = 256 * 1024;  // about what one Next gives at most, unless one line is longer

  // The moment of which the answer speaks: its first line, and without follow its last one, are fixed here. Searches the
  // index, reads a block or two.
  LogReader(Disk& disk, Clock& clock, Journal& journal, std::string container_id, ReadOptions options);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  struct Chunk {
    enum class Kind {
      kData,       // `bytes` holds whole frames
      kHeartbeat,  // the same, but only a heartbeat: nothing happened for kHeartbeat
      kNothing,    // follow: nothing by the deadline; call again
      kEnd,        // all has been said
    };
    Kind kind = Kind::kEnd;
    std::string_view bytes;  // valid until the next call
  };
  // The next frames. Without follow it never waits; with it, it waits for news until `deadline` at most.
  Chunk Next(MonoTime deadline);

  struct Stats {
    uint64_t blocks_read = 0;   // reads of segment files, for tests of the jumps
    uint64_t bytes_read = 0;
    uint64_t suspect_blocks = 0;
    uint64_t corrupt_bytes = 0;
    uint64_t gaps = 0;
  };
  const Stats& stats() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace tailrace
