// LineJoiner: which frames make up one line. dockerd cuts lines over 16 KiB into pieces (docker's copier); pieces belong
// together by position per source: all frames of a source from behind its last line end to its next. Ids and ordinals
// are not trusted. Never sees a clock: what is joined depends on the stream's bytes alone (design rule R4).
// A line over kPiecesMax pieces or kLineBytesMax bytes is cut at a piece boundary into parts.
// A value; one owner. Holds positions and counts, not bytes: the owner keeps the text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/log_entry.h"

namespace tailrace {

class LineJoiner {
 public:
  static constexpr size_t kPiecesMax = 64;
  static constexpr size_t kLineBytesMax = 1_MiB;

  // A line (or a part of a cut one) as far as it is known.
  struct Part {
    uint64_t first = 0;        // offset of its first frame
    uint64_t end = 0;          // offset behind its last frame
    int64_t time_nano = 0;     // of its first frame
    size_t pieces = 0;
    size_t text_bytes = 0;
    bool continues = false;    // an earlier part of the same line was cut off before it
    bool ends_line = false;    // its last frame is the line's end; false: cut here (or open, for Open())
  };
  struct Outcome {
    // The held part must be given out before this entry's text is added: it was full.
    bool cut_before = false;
    Part cut;
    // This entry completed a part that ends its line.
    bool complete = false;
    Part line;
  };

  // Adds the entry whose frame occupies [offset, end).
  Outcome Add(const LogEntry& entry, uint64_t offset, uint64_t end);

  // The line still open of that source; pieces == 0 if none. At the end of a stream it is a line by itself.
  const Part& Open(Source source) const { return open_[static_cast<size_t>(source)]; }
  // Forgets what is open (a gap or damage lies between).
  void Reset() { open_ = {}; }

 private:
  std::array<Part, kSources> open_{};
};

}  // namespace tailrace
