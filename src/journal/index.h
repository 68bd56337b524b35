// Index: the lines of an `.idx` file (FORMAT.md): at each 64 KiB of a segment, where a frame begins, how many lines came
// before it, and the latest time so far. Fixed 48 bytes a line, each with its own checksum. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/position.h"

namespace tailrace {

inline constexpr size_t kIndexLineBytes = 48;
inline constexpr uint64_t kIndexBlockBytes = 64_KiB;

struct IndexLine {
  uint64_t offset = 0;    // in the stream; a frame begins here
  LineCounts counts;      // line ends before it, since the beginning of the stream
  int64_t time_max = 0;   // latest time of any frame before it
  uint32_t block_crc = 0; // of the bytes from the line before to here; 0 in a segment's first line
  bool after_discard = false;   // only in a segment's first line: the gap before it was a discard
  std::array<bool, kSources> is_open{};  // a line of that source has pieces before here and its end behind
  bool has_damage = false;      // framing was lost somewhere in the block that ends here
  friend bool operator==(const IndexLine&, const IndexLine&) = default;
};

std::string EncodeIndexLine(const IndexLine& line);
// Nothing when the checksum does not fit or a reserved bit is set.
std::optional<IndexLine> DecodeIndexLine(std::string_view bytes);

// The longest valid prefix: lines that decode, with offsets and counts that never fall, the first at `segment_start`.
std::vector<IndexLine> ParseIndex(std::string_view bytes, uint64_t segment_start);

}  // namespace tailrace
