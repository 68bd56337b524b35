// Record: one line (or a part of one that was cut), or the marker of a gap, on its way from a stream into a batch; and
// the stretch of its source that it settles. Values; delivery thread.
//
//     stdout   |--- A ---|        |--- B ---|        a record's tile begins where the source's record before it ended,
//     stderr             |-- C --|                   so that tiles of one source follow each other without holes:
//     tiles of stdout    A = [0, 10)   B = [10, 28)
#pragma once

#include <cstdint>
#include <string_view>

#include "journal/stream.h"
#include "wire/log_entry.h"

namespace tailrace {

class StreamSlot;

enum class RecordKind : uint8_t {
  kLine,     // ends its line
  kPart,     // was cut by size, by a gap or by damage: the line's end is not in it
  kOpenEnd,  // the line that was still open when its stream ended: counts as one
  kMarker,   // stands for a gap; never read from the stream
  kCorrupt,  // is not sent: lines that intake counted and that cannot be read any more
};

// [begin, end) of one source, and how many line ends of it lie before both.
struct Tile {
  Source source = Source::kStdout;
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t lines_before = 0;
  uint64_t lines_after = 0;
  uint64_t lines() const { return lines_after - lines_before; }
};

// What a record is, without its text: enough to form it again from the journal.
struct RecordPlace {
  Tile tile;
  uint64_t first = 0;       // offset of its first frame; of a marker: the end of the gap
  int64_t time_nano = 0;
  uint64_t lost_lines = 0;  // of a marker
  RecordKind kind = RecordKind::kLine;
  GapReason reason = GapReason::kDropOldest;
  bool is_part = false;
};

// Whether a record of that kind is read from the stream.
inline bool HasText(const RecordPlace& place) {
  return place.kind != RecordKind::kMarker && place.kind != RecordKind::kCorrupt;
}

struct Record {
  RecordPlace place;
  std::string_view text;    // valid until the reader that gave it reads on
  Tile other;               // of a marker: what it settles of the other source; empty if nothing
};

// One or more records of one source that follow each other, to be read from the journal again.
struct RetryRange {
  StreamSlot* slot = nullptr;
  RecordPlace place;        // `kind` and `tile.end` are those of the last record, `first` and `tile.begin` of the first
  bool is_marker() const { return place.kind == RecordKind::kMarker; }
};

}  // namespace tailrace
