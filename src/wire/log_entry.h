// LogEntry: one of Docker's log entries, decoded from a frame's body to views into it. Pure; any thread.
// The path of a line uses this decoder; protobuf-lite (proto/entry.proto) is the oracle in its tests.
// Source of the format: moby daemon/logger/internal/logdriver/entry.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tailrace {

enum class Source : uint8_t { kStdout = 0, kStderr = 1 };
inline constexpr size_t kSources = 2;

inline std::string_view SourceName(Source source) { return source == Source::kStderr ? "stderr" : "stdout"; }

// Views into the body, valid as long as it. An unknown or absent source counts as stdout.
struct LogEntry {
  Source source = Source::kStdout;
  bool has_known_source = false;  // false: neither "stdout" nor "stderr" (dockerd drops such on the way back)
  bool partial = false;           // set on every chunk of a cut line, the last one too
  bool last = false;              // this chunk ends its line
  int32_t ordinal = 0;
  int64_t time_nano = 0;
  std::string_view line;          // raw bytes, no newline
  std::string_view partial_id;

  bool ends_line() const { return !partial || last; }
};

// False when the body is no LogEntry (a cut varint, a length beyond the end, a wrong wire type, a group). Unknown
// fields are skipped; the last of a repeated scalar wins, as protobuf says. `entry` is then unspecified.
bool DecodeLogEntry(std::string_view body, LogEntry& entry);

// False when no entry of `body_bytes` bytes can begin like this: a field that is wrong, or that runs over the end.
bool MayBeginLogEntry(std::string_view prefix, size_t body_bytes);

// What intake's walk needs of an entry, without its text. A quick look at dockerd's fixed field order, then the decoder.
struct EntrySummary {
  Source source = Source::kStdout;
  bool ends_line = true;
  int64_t time_nano = 0;
};
bool SummarizeLogEntry(std::string_view body, EntrySummary& summary);

}  // namespace tailrace
