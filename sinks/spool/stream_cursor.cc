#include "sinks/spool/stream_cursor.h"

#include <algorithm>

#include "base/check.h"
#include "wire/frame.h"
#include "wire/plain_frame.h"

namespace tailrace {

StreamCursor::StreamCursor(Disk& disk, Stream& stream, const PlannedStream& plan, LogReader::Stats& stats)
    : disk_(disk),
      stream_(stream),
      end_(plan.end),
      history_end_(plan.history_end),
      stats_(stats),
      reader_(disk, stream, plan.start.offset),
      offset_(plan.start.offset),
      counts_(plan.start.counts),
      knows_counts_(plan.start.knows_counts),
      wanted_from_(plan.start.wanted_from),
      first_wanted_(plan.start.first_wanted),
      skips_open_(plan.start.skips_open),
      is_middle_(plan.start.is_middle) {
  SeekReader();
}

StreamCursor::Outcome StreamCursor::Step(std::span<char> buffer, size_t chunk_bytes, LineOutput& out) {
  if (block_.empty()) {
    if (end_ && offset_ >= *end_) return Finish(out);
    const uint64_t suspect_before = reader_.suspect_blocks();
    const ReadOutcome read = reader_.Read(buffer);
    stats_.suspect_blocks += reader_.suspect_blocks() - suspect_before;
    switch (read.kind) {
      case ReadOutcome::Kind::kWait:
        if (!end_) return Outcome::kWait;
        lines_.Reset();  // A discard is under way, and has taken what would have gone on here.
        return Finish(out);
      case ReadOutcome::Kind::kEnd: return Finish(out);
      case ReadOutcome::Kind::kGap: TakeGap(read); return Outcome::kMore;
      case ReadOutcome::Kind::kData: TakeBlock(read, buffer.size()); break;
    }
  }
  return WalkBlock(chunk_bytes, out) ? Outcome::kMore : Outcome::kOver;
}

void StreamCursor::TakeBlock(const ReadOutcome& read, size_t buffer_bytes) {
  ++stats_.blocks_read;
  stats_.bytes_read += read.data.size();
  if (cut_bytes_ > 0) TakeDamage(cut_bytes_);  // No gap lies behind the cut frame that would account for it.
  cut_bytes_ = 0;
  block_ = read.data;
  block_start_ = offset_;
  if (end_) block_ = block_.substr(0, static_cast<size_t>(std::min<uint64_t>(block_.size(), *end_ - offset_)));
  is_block_cut_ = read.is_cut && block_.size() == read.data.size();
  is_block_last_ = read.is_cut || block_.size() < buffer_bytes;
}

// False: the answer is over.
bool StreamCursor::WalkBlock(size_t chunk_bytes, LineOutput& out) {
  while (!block_.empty() && out.encoder().size() < chunk_bytes) {
    bool goes_on = true;
    size_t bytes = StepPlain(out, goes_on);
    if (bytes == 0) bytes = StepFrame(out, goes_on);
    if (!goes_on) return false;
    if (bytes == 0) {
      // A cut frame. Either it will be read again as a whole, or its rest is gone.
      if (is_block_last_) cut_bytes_ = block_.size();
      offset_ += cut_bytes_;
      CHECK_GT(offset_, block_start_);  // The buffer holds the largest frame.
      block_ = {};
      break;
    }
    block_.remove_prefix(bytes);
    offset_ += bytes;
  }
  if (block_.empty()) SeekReader();
  return true;
}

// The usual case: a frame that is a line, with nothing to be minded. Bytes done at offset_; 0: it is something else.
size_t StreamCursor::StepPlain(LineOutput& out, bool& goes_on) {
  PlainFrame frame;
  if (is_choosing_ || is_damaged_ || has_markers_) return 0;
  if (!ReadPlainFrame(block_.data(), block_.size(), frame) || lines_.IsHeld(frame.source)) return 0;
  is_middle_ = true;
  last_time_ = frame.time_nano;
  ++counts_.of(frame.source);
  const std::string_view line(block_.data() + frame.line_at, frame.bytes - frame.line_at);
  goes_on = out.Add({frame.source, frame.time_nano, line, LogEncoder::LineEnd::kNewline});
  return frame.bytes;
}

// Bytes done at offset_; 0: a cut frame is left.
size_t StreamCursor::StepFrame(LineOutput& out, bool& goes_on) {
  // Behind damage a frame has to be proved by what follows it.
  size_t lost = is_damaged_ ? FindFrame(block_, 0, is_block_last_) : 0;
  if (lost == 0) {
    const FrameStep step = NextFrame(block_, is_block_last_);
    switch (step.kind) {
      case FrameStep::Kind::kFrame: {
        LogEntry entry;
        if (DecodeLogEntry(step.body, entry)) {
          goes_on = TakeEntry(entry, offset_ + step.bytes, out);
          return step.bytes;
        }
        lost = FindFrame(block_, 1, is_block_last_);
        break;
      }
      case FrameStep::Kind::kNeedMore:
        if (!is_block_last_ || is_block_cut_) return 0;
        // What intake saw as whole frames ends within one: its length is damaged.
        lost = FindFrame(block_, 1, true);
        break;
      case FrameStep::Kind::kDamage: lost = step.bytes; break;
    }
  }
  TakeDamage(lost);
  return lost;
}

bool StreamCursor::TakeEntry(const LogEntry& entry, uint64_t frame_end, LineOutput& out) {
  if (is_damaged_) EndDamage();
  if (has_markers_ && !AddMarkers(entry.time_nano, out)) return false;
  is_middle_ = true;
  last_time_ = entry.time_nano;
  const bool is_wanted = !is_choosing_ || IsWanted(entry);
  if (entry.ends_line()) ++counts_.of(entry.source);
  if (!is_wanted) return true;
  if (entry.partial || lines_.IsHeld(entry.source)) return lines_.Add(entry, offset_, frame_end, out);
  return out.Add({entry.source, entry.time_nano, entry.line, LogEncoder::LineEnd::kNewline});
}

bool StreamCursor::IsWanted(const LogEntry& entry) {
  bool& skips = skips_open_[static_cast<size_t>(entry.source)];
  if (skips) {
    skips = !entry.ends_line();
    return false;
  }
  if (offset_ < wanted_from_) return counts_.of(entry.source) >= first_wanted_.of(entry.source);
  is_choosing_ = skips_open_ != std::array<bool, kSources>{};
  return true;
}

void StreamCursor::TakeGap(const ReadOutcome& read) {
  ++stats_.gaps;
  lines_.Reset();
  skips_open_ = {};
  cut_bytes_ = 0;
  is_damaged_ = false;  // What was lost by it is counted in the gap.
  uint64_t lines = read.gap_lines;
  // Retention may overtake a reader before it has come to the first line that is wanted.
  if (offset_ < wanted_from_) lines -= std::min(lines, first_wanted_.total() - counts_.total());
  if (is_middle_) {
    std::optional<uint64_t>& lost = lost_lines_[static_cast<size_t>(read.reason)];
    lost = lost.value_or(0) + lines;
    has_markers_ = true;
  }
  offset_ = read.gap_end;
  // Counted together with the lines that it tells: asked for anew it might be of another moment, and the gap behind
  // would tell lines again.
  if (read.gap_counts) {
    counts_ = *read.gap_counts;
    knows_counts_ = true;
  }
  SeekReader();
}

void StreamCursor::TakeDamage(size_t bytes) {
  stats_.corrupt_bytes += bytes;
  if (is_damaged_) return;
  is_damaged_ = true;
  lines_.Reset();
  skips_open_ = {};
}

// At offset_ the stream can be read again.
void StreamCursor::EndDamage() {
  is_damaged_ = false;
  uint64_t lines = 0;
  const Result<LineCounts> counts = CountsBefore(disk_, stream_, offset_);
  if (counts.ok()) {
    if (knows_counts_) lines = counts->total() - std::min(counts->total(), counts_.total());
    counts_ = *counts;
    knows_counts_ = true;
  }
  if (!is_middle_ || offset_ <= wanted_from_) return;
  std::optional<uint64_t>& lost = lost_lines_[static_cast<size_t>(GapReason::kDamage)];
  lost = lost.value_or(0) + lines;
  has_markers_ = true;
}

bool StreamCursor::AddMarkers(int64_t time_nano, LineOutput& out) {
  has_markers_ = false;
  for (GapReason reason : {GapReason::kDropOldest, GapReason::kDropNewest, GapReason::kDamage}) {
    std::optional<uint64_t>& lost = lost_lines_[static_cast<size_t>(reason)];
    if (lost && !out.AddMarker(*lost, reason, time_nano)) return false;
    lost.reset();
  }
  return true;
}

StreamCursor::Outcome StreamCursor::Finish(LineOutput& out) {
  if (is_damaged_) EndDamage();
  if (has_markers_ && !AddMarkers(last_time_, out)) return Outcome::kOver;
  return lines_.GiveOutOpen(out) ? Outcome::kDone : Outcome::kOver;
}

}  // namespace tailrace
