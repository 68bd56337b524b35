// StreamCursor: reads one stream for a LogReader, from where Seek says: walks frames, joins pieces, turns gaps and damage
// into markers. A resource of one thread; owned by a LogReader. Holds no file between calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "journal/journal.h"
#include "journal/stream_reader.h"
#include "sinks/spool/held_lines.h"
#include "sinks/spool/line_output.h"
#include "sinks/spool/plan.h"

namespace tailrace {

class StreamCursor {
 public:
  // Adds what it reads to `stats`.
  StreamCursor(Disk& disk, Stream& stream, const PlannedStream& plan, LogReader::Stats& stats);

  enum class Outcome {
    kMore,  // call again
    kWait,  // all that is here has been said
    kDone,  // and no more will come
    kOver,  // a line later than until: the whole answer is over
  };
  // Says more, until `out` holds about `chunk_bytes`. `buffer` holds the same block until has_block() is false, and is
  // at least kFrameHeaderBytes + kFrameBodyBytesMax large.
  Outcome Step(std::span<char> buffer, size_t chunk_bytes, LineOutput& out);
  // Gives out, as they are, the lines whose end has not come. False: the answer is over.
  bool GiveOutOpen(LineOutput& out) { return lines_.GiveOutOpen(out); }

  bool has_block() const { return !block_.empty(); }
  // All that a live stream had when the answer began has been said.
  bool is_past_history() const { return history_end_ && offset_ >= *history_end_ && block_.empty(); }

 private:
  void SeekReader() { reader_.Seek(offset_, knows_counts_ ? std::optional(counts_) : std::nullopt); }
  void TakeBlock(const ReadOutcome& read, size_t buffer_bytes);
  bool WalkBlock(size_t chunk_bytes, LineOutput& out);
  size_t StepPlain(LineOutput& out, bool& goes_on);
  size_t StepFrame(LineOutput& out, bool& goes_on);
  bool TakeEntry(const LogEntry& entry, uint64_t frame_end, LineOutput& out);
  bool IsWanted(const LogEntry& entry);
  void TakeGap(const ReadOutcome& read);
  void TakeDamage(size_t bytes);
  void EndDamage();
  bool AddMarkers(int64_t time_nano, LineOutput& out);
  Outcome Finish(LineOutput& out);

  Disk& disk_;
  Stream& stream_;
  const std::optional<uint64_t> end_;
  const std::optional<uint64_t> history_end_;
  LogReader::Stats& stats_;
  StreamReader reader_;
  HeldLines lines_;

  uint64_t offset_;           // of what comes next
  std::string_view block_;    // read, not yet walked; begins at offset_
  uint64_t block_start_ = 0;  // where it began
  bool is_block_last_ = false;    // nothing follows it that could complete a frame
  bool is_block_cut_ = false;     // it may end in a frame that was never completed
  size_t cut_bytes_ = 0;          // of such a frame right before offset_; a gap should follow

  LineCounts counts_;             // line ends before offset_
  bool knows_counts_;             // else they are those since reading began
  uint64_t wanted_from_;
  LineCounts first_wanted_;
  std::array<bool, kSources> skips_open_;
  bool is_choosing_ = true;       // some frames are not wanted

  bool is_middle_;                // something lies before offset_ that could be read
  bool is_damaged_ = false;       // framing is lost since the last entry
  bool has_markers_ = false;
  std::array<std::optional<uint64_t>, 3> lost_lines_;  // by GapReason, not yet told
  int64_t last_time_ = 0;
};

}  // namespace tailrace
