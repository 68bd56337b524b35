// StreamMap: one stream as it was at one moment: its segments up to the last whole frame, the runs without a gap that
// they form, and their index lines, loaded when asked for. For finding the place where an answer begins.
// A value of one thread; the Stream outlives it. Segments may be dropped meanwhile: then the calls say kNotFound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/disk.h"
#include "journal/index.h"
#include "journal/stream.h"
#include "wire/log_entry.h"

namespace tailrace {

class StreamMap {
 public:
  // Segments that lie back to back, first and last one included.
  struct Run {
    size_t first = 0;
    size_t last = 0;
  };
  // One of the index lines: where it stands.
  struct Spot {
    size_t segment = 0;
    size_t line = 0;
  };

  StreamMap(Disk& disk, const Stream& stream);

  // Of the first byte that is here, and behind the last whole frame (gaps at the end included).
  uint64_t first() const { return segments_.empty() ? whole_end() : segments_.front().start; }
  uint64_t whole_end() const { return state_.progress.whole_end; }
  bool ended() const { return state_.ended; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Run>& runs() const { return runs_; }
  // Nothing is lost between the newest segment and the end.
  bool reaches_end() const { return !segments_.empty() && segments_.back().end == whole_end(); }

  // The index lines of a segment (none behind its end); valid until the next call.
  Result<const std::vector<IndexLine>*> Lines(size_t segment);
  Result<IndexLine> LineAt(const Spot& spot);
  // The line before, within a run; false at the run's beginning. Loads indexes as it goes.
  Result<bool> StepBack(const Run& run, Spot& spot);
  // What an index line at the end of the run, or of the stream, would say.
  Result<IndexLine> EndOf(const Run& run);
  Result<IndexLine> End();

  // Reads on from an index line of the segment and calls `visit` with each entry and the place behind it, until it
  // says false or `end` is reached.
  using Visit = std::function<bool(const EntrySummary& entry, uint64_t entry_end)>;
  Status Walk(size_t segment, const IndexLine& from, uint64_t end, const Visit& visit);

  uint64_t blocks_read() const { return blocks_read_; }
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  Disk& disk_;
  const Stream& stream_;
  const Stream::State state_;
  std::vector<Segment> segments_;
  std::vector<Run> runs_;
  bool has_segment_at_end_ = false;  // one begins at whole_end()
  size_t loaded_ = kNone;            // whose lines are in lines_
  std::vector<IndexLine> lines_;
  uint64_t blocks_read_ = 0;
  uint64_t bytes_read_ = 0;
};

}  // namespace tailrace
