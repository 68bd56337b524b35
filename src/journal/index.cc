#include "journal/index.h"

#include "base/check.h"
#include "base/crc32c.h"

namespace tailrace {

namespace {

// Layout of a line, little-endian (FORMAT.md).
constexpr size_t kOffsetAt = 0;
constexpr size_t kStdoutAt = 8;
constexpr size_t kStderrAt = 16;
constexpr size_t kTimeAt = 24;
constexpr size_t kBlockCrcAt = 32;
constexpr size_t kFlagsAt = 36;
constexpr size_t kReservedAt = 40;
constexpr size_t kLineCrcAt = 44;
static_assert(kLineCrcAt + sizeof(uint32_t) == kIndexLineBytes);

constexpr uint32_t kFlagAfterDiscard = 1;
constexpr uint32_t kFlagStdoutOpen = 2;
constexpr uint32_t kFlagStderrOpen = 4;
constexpr uint32_t kFlagDamage = 8;
constexpr uint32_t kFlagsKnown = 15;

uint32_t FlagsOf(const IndexLine& line) {
  return (line.after_discard ? kFlagAfterDiscard : 0) | (line.is_open[0] ? kFlagStdoutOpen : 0) |
         (line.is_open[1] ? kFlagStderrOpen : 0) | (line.has_damage ? kFlagDamage : 0);
}

bool Follows(const IndexLine& next, const IndexLine& line) {
  return next.offset > line.offset && next.counts.ends[0] >= line.counts.ends[0] &&
         next.counts.ends[1] >= line.counts.ends[1] && next.time_max >= line.time_max && !next.after_discard;
}

}  // namespace

std::string EncodeIndexLine(const IndexLine& line) {
  std::string bytes(kIndexLineBytes, '\0');
  StoreLittle<uint64_t>(&bytes[kOffsetAt], line.offset);
  StoreLittle<uint64_t>(&bytes[kStdoutAt], line.counts.ends[0]);
  StoreLittle<uint64_t>(&bytes[kStderrAt], line.counts.ends[1]);
  StoreLittle<int64_t>(&bytes[kTimeAt], line.time_max);
  StoreLittle<uint32_t>(&bytes[kBlockCrcAt], line.block_crc);
  StoreLittle<uint32_t>(&bytes[kFlagsAt], FlagsOf(line));
  StoreLittle<uint32_t>(&bytes[kLineCrcAt], Crc32c(std::string_view(bytes).substr(0, kLineCrcAt)));
  return bytes;
}

std::optional<IndexLine> DecodeIndexLine(std::string_view bytes) {
  if (bytes.size() < kIndexLineBytes) return std::nullopt;
  if (LoadLittle<uint32_t>(bytes.data() + kLineCrcAt) != Crc32c(bytes.substr(0, kLineCrcAt))) return std::nullopt;
  const uint32_t flags = LoadLittle<uint32_t>(bytes.data() + kFlagsAt);
  if ((flags & ~kFlagsKnown) != 0 || LoadLittle<uint32_t>(bytes.data() + kReservedAt) != 0) return std::nullopt;
  IndexLine line;
  line.offset = LoadLittle<uint64_t>(bytes.data() + kOffsetAt);
  line.counts.ends[0] = LoadLittle<uint64_t>(bytes.data() + kStdoutAt);
  line.counts.ends[1] = LoadLittle<uint64_t>(bytes.data() + kStderrAt);
  line.time_max = LoadLittle<int64_t>(bytes.data() + kTimeAt);
  line.block_crc = LoadLittle<uint32_t>(bytes.data() + kBlockCrcAt);
  line.after_discard = (flags & kFlagAfterDiscard) != 0;
  line.is_open[0] = (flags & kFlagStdoutOpen) != 0;
  line.is_open[1] = (flags & kFlagStderrOpen) != 0;
  line.has_damage = (flags & kFlagDamage) != 0;
  return line;
}

std::vector<IndexLine> ParseIndex(std::string_view bytes, uint64_t segment_start) {
  std::vector<IndexLine> lines;
  while (bytes.size() >= kIndexLineBytes) {
    std::optional<IndexLine> line = DecodeIndexLine(bytes);
    if (!line) break;
    if (lines.empty() ? line->offset != segment_start : !Follows(*line, lines.back())) break;
    lines.push_back(*line);
    bytes.remove_prefix(kIndexLineBytes);
  }
  return lines;
}

}  // namespace tailrace
