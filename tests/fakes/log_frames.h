// Log frames as dockerd writes them into the FIFO: 4 bytes of big-endian length, then a protobuf LogEntry. Encoded by the
// generated class, so that our own decoder is never tested against itself. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "entry.pb.h"

namespace tailrace {

// dockerd cuts a line after so many bytes.
inline constexpr size_t kDockerChunkBytes = 16384;

// Any entry.
std::string Frame(const proto::LogEntry& entry);
// A whole line, without its newline.
std::string Frame(std::string_view source, int64_t time_ns, std::string_view line);
// One chunk of a cut line; `ordinal` counts from 1.
std::string Partial(std::string_view source, int64_t time_ns, std::string_view line, std::string_view id, int ordinal,
                    bool last);

enum class LineEnd {
  kNewline,  // the container wrote it
  kOpen,     // the container ended, or has not written it yet: no chunk is flagged last
};

// The frames that dockerd makes of a line of any length (shorter than a chunk and closed: one plain entry).
std::vector<std::string> SplitLine(std::string_view source, int64_t time_ns, std::string_view line,
                                   LineEnd end = LineEnd::kNewline, std::string_view id = "");

// The reverse of Frame for tests that look at what was written: the entries of whole frames; CHECKs that `bytes` is
// nothing but whole frames.
std::vector<proto::LogEntry> ParseFrames(std::string_view bytes);

}  // namespace tailrace
