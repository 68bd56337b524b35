// RecordReader, the part that deals with what is not there: gaps, damage, and the ends of ranges and streams.
#include <algorithm>

#include "delivery/record_reader.h"

namespace tailrace {

void RecordReader::TakeGap(const ReadOutcome& read) {
  GiveOpen(RecordKind::kPart);
  is_damaged_ = false;  // What was lost by it is counted in the gap.
  const uint64_t gap_end = std::min(read.gap_end, end_);
  // Of what nobody can count, the gap behind it or the end of the stream tells.
  const LineCounts behind = read.gap_counts.value_or(LineCounts{});
  if (!gap_) gap_ = PendingGap{.tiles = {}, .end = 0, .reason = read.reason};
  gap_->end = gap_end;
  for (size_t s = 0; s < kSources; ++s) {
    Side& side = sides_[s];
    if (!side.is_wanted() || side.prev_end >= gap_end) continue;
    uint64_t lines_after = std::max(side.lines, behind.ends[s]);
    if (end_ != UINT64_MAX) lines_after = gap_end == end_ ? end_lines_ : std::min(lines_after, end_lines_);
    Tile& tile = gap_->tiles[s];
    if (tile.begin == tile.end) tile = {static_cast<Source>(s), side.prev_end, gap_end, side.lines, lines_after};
    tile.end = gap_end;
    tile.lines_after = lines_after;
    side.prev_end = gap_end;
    side.lines = lines_after;
  }
  offset_ = gap_end;
}

void RecordReader::GiveMarker(int64_t time_nano) {
  Record record;
  record.place.kind = RecordKind::kMarker;
  record.place.first = gap_->end;
  record.place.time_nano = time_nano;
  record.place.reason = gap_->reason;
  for (const Tile& tile : gap_->tiles) {
    if (tile.begin == tile.end) continue;
    Tile& slot = record.place.tile.end == 0 ? record.place.tile : record.other;
    slot = tile;
    record.place.lost_lines += tile.lines();
  }
  gap_.reset();
  if (record.place.tile.end != 0) ready_.push_back(record);
}

// What was walked has gone before it could be given. A document with half of its text is worse than none (rule R4): it
// is walked again, and is a gap by then.
void RecordReader::WalkAgain() {
  for (const Record& record : ready_) {
    StepBack(record.place.tile, HasText(record.place) ? record.place.first : record.place.tile.begin);
    if (record.other.end > record.other.begin) StepBack(record.other, record.other.begin);
  }
  for (size_t s = 0; gap_ && s < kSources; ++s) {
    const Tile& tile = gap_->tiles[s];
    if (tile.end > tile.begin) StepBack(tile, tile.begin);
  }
  for (const Source source : {Source::kStdout, Source::kStderr}) {
    if (joiner_.Open(source).pieces > 0) offset_ = std::min(offset_, joiner_.Open(source).first);
  }
  // Of what is walked again, only what had not been given.
  for (Side& side : sides_) {
    if (side.is_wanted()) side.wanted_from = std::max(side.wanted_from, side.prev_end);
  }
  joiner_.Reset();
  ready_.clear();
  gap_.reset();
  data_ = {};
  is_large_ = false;
  is_damaged_ = false;
  is_over_ = false;
}

void RecordReader::StepBack(const Tile& tile, uint64_t first) {
  Side& side = sides_[static_cast<size_t>(tile.source)];
  side.prev_end = std::min(side.prev_end, tile.begin);
  side.lines = std::min(side.lines, tile.lines_before);
  offset_ = std::min(offset_, first);
}

// Intake counted more lines than could be read: those that damage has swallowed.
void RecordReader::GiveCorrupt(const LineCounts& counts) {
  for (size_t s = 0; s < kSources; ++s) {
    Side& side = sides_[s];
    const auto source = static_cast<Source>(s);
    if (side.wanted_from > offset_ || counts.ends[s] <= side.lines || joiner_.Open(source).pieces > 0) continue;
    Record record;
    record.place.kind = RecordKind::kCorrupt;
    record.place.tile = {source, side.prev_end, std::max(side.prev_end, offset_), side.lines, counts.ends[s]};
    side.prev_end = record.place.tile.end;
    side.lines = counts.ends[s];
    ready_.push_back(record);
  }
}

void RecordReader::FinishRange() {
  is_over_ = true;
  GiveOpen(end_kind_ == RecordKind::kOpenEnd ? RecordKind::kOpenEnd : RecordKind::kPart);
  if (gap_) GiveMarker(stream_.Snapshot().progress.time_max);
  LineCounts counts;
  for (size_t s = 0; s < kSources; ++s) counts.ends[s] = sides_[s].is_wanted() ? end_lines_ : 0;
  GiveCorrupt(counts);
}

void RecordReader::FinishStream() {
  if (end_ != UINT64_MAX) {
    // The end of the range is gone, as after a power loss.
    offset_ = end_;
    FinishRange();
    return;
  }
  is_over_ = true;
  GiveOpen(RecordKind::kOpenEnd);
  const StreamProgress progress = stream_.Snapshot().progress;
  for (size_t s = 0; gap_ && s < kSources; ++s) {
    // A line that was never ended went with what was lost last: nothing follows that could hold a piece of it.
    Tile& tile = gap_->tiles[s];
    if (!progress.is_open[s] || tile.begin == tile.end || tile.lines_after > progress.counts.ends[s]) continue;
    ++tile.lines_after;
    ++sides_[s].lines;
  }
  if (gap_) GiveMarker(progress.time_max);
  LineCounts counts = progress.counts;
  for (size_t s = 0; s < kSources; ++s) counts.ends[s] += progress.is_open[s] ? 1 : 0;
  GiveCorrupt(counts);
}

}  // namespace tailrace
