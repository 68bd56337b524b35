#include "delivery/record_text.h"

#include <memory>

#include "journal/stream_reader.h"
#include "wire/frame.h"
#include "wire/log_entry.h"

namespace tailrace {

namespace {

// Appends to `joined`, or sets `single` to the first piece. Returns the offset behind the last whole frame.
uint64_t Collect(std::string_view bytes, uint64_t from, const RecordPlace& place, std::string_view& single,
                 std::string& joined) {
  size_t pieces = 0;
  while (from < place.tile.end) {
    const FrameStep step = NextFrame(bytes, true);
    if (step.kind == FrameStep::Kind::kNeedMore) break;
    const std::string_view body = step.body;
    bytes.remove_prefix(step.bytes);
    const uint64_t begin = from;
    from += step.bytes;
    LogEntry entry;
    if (step.kind != FrameStep::Kind::kFrame || begin < place.first || !DecodeLogEntry(body, entry)) continue;
    if (entry.source != place.tile.source) continue;
    if (pieces++ == 0) {
      single = entry.line;
      continue;
    }
    if (joined.empty()) joined.assign(single);
    joined.append(entry.line);
  }
  return from;
}

}  // namespace

std::string_view CollectText(std::string_view bytes, uint64_t from, const RecordPlace& place, std::string& joined) {
  std::string_view single;
  joined.clear();
  if (place.first > from) {
    bytes.remove_prefix(static_cast<size_t>(place.first - from));
    from = place.first;
  }
  Collect(bytes, from, place, single, joined);
  return joined.empty() ? single : std::string_view(joined);
}

std::string_view ReadText(Disk& disk, Stream& stream, const RecordPlace& place, std::string& joined) {
  constexpr size_t kBytes = kFrameHeaderBytes + kFrameBodyBytesMax;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBytes);
  StreamReader reader(disk, stream, place.first);
  joined.clear();
  while (reader.offset() < place.tile.end) {
    const ReadOutcome read = reader.Read({buffer.get(), kBytes});
    if (read.kind == ReadOutcome::Kind::kGap) continue;
    if (read.kind != ReadOutcome::Kind::kData) break;
    std::string_view piece;
    std::string more;
    const uint64_t behind = Collect(read.data, reader.offset(), place, piece, more);
    joined.append(more.empty() ? piece : std::string_view(more));
    if (behind == reader.offset()) break;  // A cut frame at the end of what is left.
    reader.Seek(behind);
  }
  return joined;
}

}  // namespace tailrace
