// StreamReader: reads a stream's bytes from a position on: the same bytes from the same position for ever, or the Gap
// that says they are gone. Holds no file between calls, so that a reader that waits for days keeps nothing from being
// deleted. A resource of one thread; the Stream outlives it (hold a lease).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "journal/index.h"
#include "journal/stream.h"

namespace tailrace {

struct ReadOutcome {
  enum class Kind {
    kData,  // `data` holds bytes of the stream from `offset` on; they begin at a frame, and may end in mid-frame
            // only if `is_cut` or the buffer was too small for the rest: consume whole frames, seek behind them
    kGap,   // [offset, gap_end) is gone; the reader now stands at gap_end
    kWait,  // at the end of what there is; wait on stream.signal()
    kEnd,   // the stream has ended here
  };
  Kind kind = Kind::kWait;
  uint64_t offset = 0;
  std::string_view data;      // into the caller's buffer
  bool is_cut = false;        // the segment ends here, whatever the last frame says: drop its cut rest, Seek(data end)
  bool is_suspect = false;    // the checksum of an index block in it does not fit: delivered all the same
  uint64_t gap_end = 0;
  uint64_t gap_lines = 0;
  GapReason reason = GapReason::kDropOldest;
};

class StreamReader {
 public:
  // `offset`: where a frame begins, or anything inside a gap.
  StreamReader(Disk& disk, Stream& stream, uint64_t offset);

  uint64_t offset() const { return offset_; }
  // Where the next Read begins.
  void Seek(uint64_t offset) { offset_ = offset; }

  // Reads up to buffer.size() (at least kFrameHeaderBytes + kFrameBodyBytesMax) bytes at offset(), without moving it
  // for kData (the caller seeks behind what it consumed) and moving it for kGap.
  // An unreadable segment (EIO) becomes a Gap with reason kDamage up to the next one.
  ReadOutcome Read(std::span<char> buffer);

  uint64_t suspect_blocks() const { return suspect_blocks_; }

 private:
  ReadOutcome ReadSegment(const Place& place, std::span<char> buffer);
  ReadOutcome MakeGap(const Place& place);
  bool VerifyBlocks(std::string_view data);
  void LoadIndexOf(uint64_t segment_start);
  uint64_t LinesBefore(uint64_t offset);

  Disk& disk_;
  Stream& stream_;
  uint64_t offset_;
  uint64_t index_segment_;           // whose lines `index_` holds
  std::vector<IndexLine> index_;
  LineCounts counts_at_segment_;     // line ends before the present segment
  uint64_t suspect_blocks_ = 0;
};

}  // namespace tailrace
