// StreamReader: reads a stream's bytes from a position on: the same bytes from the same position for ever, or the Gap
// that says they are gone. Holds no file between calls, so that a reader that waits for days keeps nothing from being
// deleted. A resource of one thread; the Stream outlives it (hold a lease).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "journal/index.h"
#include "journal/stream.h"

namespace tailrace {

struct ReadOutcome {
  enum class Kind {
    kData,  // `data` holds bytes of the stream from `offset` on; they begin at a frame, and may end in mid-frame when the
            // buffer was too small for the rest or `is_cut`: consume whole frames, seek behind them. Data that do not
            // fill the buffer end where intake saw a frame end: one that seems to go on has a damaged length. Behind a
            // block of the index that may be damaged the data end
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
  uint64_t gap_lines = 0;     // line ends lost in it, as far as it can be known
  std::optional<LineCounts> gap_counts = {};  // line ends before gap_end, of the same knowledge; absent: not known
  GapReason reason = GapReason::kDropOldest;
};

class StreamReader {
 public:
  // `offset`: where a frame begins, or anything inside a gap.
  StreamReader(Disk& disk, Stream& stream, uint64_t offset);

  uint64_t offset() const { return offset_; }
  // Where the next Read begins. `counts`: line ends before it, if the caller knows them: makes gap_lines exact.
  void Seek(uint64_t offset) { Seek(offset, std::nullopt); }
  void Seek(uint64_t offset, std::optional<LineCounts> counts) {
    offset_ = offset;
    counts_ = counts;
  }

  // Reads up to buffer.size() bytes at offset(), without moving it for kData (the caller seeks behind what it consumed)
  // and moving it for kGap. A frame that does not fit takes a larger buffer: kFrameHeaderBytes + kFrameBodyBytesMax do.
  // A segment that cannot be read (EIO, cut short) becomes a Gap with reason kDamage up to its end.
  ReadOutcome Read(std::span<char> buffer);

  uint64_t suspect_blocks() const { return suspect_blocks_; }
  uint64_t reads() const { return reads_; }

 private:
  // kGone when the place has to be looked up again (dropped meanwhile).
  Status ReadSegment(const Place& place, std::span<char> buffer, ReadOutcome& outcome);
  size_t WholeBlocks(size_t room) const;
  ReadOutcome TakeGap(const ReadOutcome& gap);
  void LoadIndex(const Place& place, uint64_t end);
  void EndAtDoubt(ReadOutcome& outcome);
  bool CountGap(ReadOutcome& gap);
  std::optional<LineCounts> CountsBefore(const std::vector<Segment>& segments, uint64_t offset);

  Disk& disk_;
  Stream& stream_;
  uint64_t offset_;
  std::optional<LineCounts> counts_;      // line ends before offset_, if known
  uint64_t index_segment_ = UINT64_MAX;   // whose lines `index_` holds
  std::vector<IndexLine> index_;
  uint64_t suspect_blocks_ = 0;
  uint64_t reads_ = 0;
};

}  // namespace tailrace
