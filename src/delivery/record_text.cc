#include "delivery/record_text.h"

#include <algorithm>
#include <memory>

#include "journal/stream_reader.h"
#include "wire/frame.h"
#include "wire/log_entry.h"

namespace tailrace {

namespace {

// Appends to `joined`, or sets `single` to the first piece. Returns the offset behind the last whole frame before the
// end of the bytes, the record or the first damage.
uint64_t Collect(std::string_view bytes, uint64_t from, const RecordPlace& place, std::string_view& single,
                 std::string& joined) {
  size_t pieces = 0;
  while (from < place.tile.end) {
    const FrameStep step = NextFrame(bytes, true);
    LogEntry entry;
    if (step.kind != FrameStep::Kind::kFrame || !DecodeLogEntry(step.body, entry)) break;
    bytes.remove_prefix(step.bytes);
    from += step.bytes;
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

// The frames of a record follow each other without a gap: it would have ended there.
bool ReadText(Disk& disk, Stream& stream, const RecordPlace& place, std::string& joined) {
  constexpr size_t kBytes = kFrameHeaderBytes + kFrameBodyBytesMax;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBytes);
  StreamReader reader(disk, stream, place.first);
  joined.clear();
  while (reader.offset() < place.tile.end) {
    const uint64_t left = place.tile.end - reader.offset();
    const ReadOutcome read = reader.Read({buffer.get(), static_cast<size_t>(std::min<uint64_t>(kBytes, left))});
    if (read.kind != ReadOutcome::Kind::kData) return false;
    std::string_view piece;
    std::string more;
    const uint64_t behind = Collect(read.data, reader.offset(), place, piece, more);
    joined.append(more.empty() ? piece : std::string_view(more));
    if (behind == reader.offset()) return false;
    reader.Seek(behind);
  }
  return true;
}

}  // namespace tailrace
