// LogEncoder: writes the frames of one answer to ReadLogs into a buffer: a line with its own "\n", as dockerd wants it
// back. Lines are built straight into the buffer, byte for byte what protobuf would write; markers and heartbeats by
// protobuf. A resource of one thread; owned by a LogReader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "journal/stream.h"
#include "wire/log_entry.h"

namespace tailrace {

class LogEncoder {
 public:
  LogEncoder() = default;
  LogEncoder(const LogEncoder&) = delete;
  LogEncoder& operator=(const LogEncoder&) = delete;

  enum class LineEnd { kNewline, kNone };

  struct Line {
    Source source = Source::kStdout;
    int64_t time_nano = 0;
    std::string_view text;
    LineEnd end = LineEnd::kNewline;
  };
  void AddLine(const Line& line);
  // "tailrace: N lines lost here (reason)", on stderr.
  void AddMarker(uint64_t lines, GapReason reason, int64_t time_nano);
  // An entry that dockerd drops, but not without noticing that its client has gone.
  void AddHeartbeat(WallTime now);

  std::string_view bytes() const { return {buffer_.get(), size_}; }
  size_t size() const { return size_; }
  void Clear() { size_ = 0; }
  // Gives the memory back, with what is in it.
  void Release();

 private:
  char* Room(size_t bytes);

  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace tailrace
