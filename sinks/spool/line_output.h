// LineOutput: takes the lines of an answer in their order, keeps those between since and until, and encodes them.
// A value of one thread; owned by a LogReader.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "sinks/spool/log_encoder.h"

namespace tailrace {

class LineOutput {
 public:
  // Both inclusive; nothing: no bound.
  LineOutput(std::optional<int64_t> since_ns, std::optional<int64_t> until_ns)
      : since_ns_(since_ns.value_or(std::numeric_limits<int64_t>::min())),
        until_ns_(until_ns.value_or(std::numeric_limits<int64_t>::max())) {}

  // False when the answer ends before this line: the first one later than until. As in Docker's own drivers lines behind
  // it are not looked for, although a clock that stepped back may have given them an earlier time.
  bool Add(const LogEncoder::Line& line) {
    if (line.time_nano < since_ns_) return true;
    if (line.time_nano > until_ns_) return false;
    encoder_.AddLine(line);
    return true;
  }
  bool AddMarker(uint64_t lines, GapReason reason, int64_t time_nano) {
    if (time_nano < since_ns_) return true;
    if (time_nano > until_ns_) return false;
    encoder_.AddMarker(lines, reason, time_nano);
    return true;
  }

  LogEncoder& encoder() { return encoder_; }

 private:
  const int64_t since_ns_;
  const int64_t until_ns_;
  LogEncoder encoder_;
};

}  // namespace tailrace
