#include "delivery/stream_slot.h"

#include "base/check.h"

namespace tailrace {

StreamSlot::StreamSlot(Disk& disk, Parts parts)
    : disk_(disk),
      parts_(std::move(parts)),
      pieces_(parts_.sink->Describe(parts_.description)),
      sent_up_to_(parts_.cursor.cursor().sent_up_to) {
  for (size_t s = 0; s < kSources; ++s) sets_[s] = SettledSet(parts_.cursor.cursor().sources[s]);
  Rewind();
}

std::string StreamSlot::CursorPath(const Stream& stream, const std::string& slot) {
  return stream.directory() + "/cursor." + slot;
}

void StreamSlot::Rewind() {
  marker_tiles_.clear();
  reader_ = std::make_unique<RecordReader>(disk_, *parts_.stream, std::array{sets_[0].cursor(), sets_[1].cursor()});
}

uint64_t StreamSlot::UnreadBytes() const {
  const uint64_t ready = reader_->has_ready() ? 1 : 0;
  if (reader_->is_over()) return ready;
  const Stream::State state = parts_.stream->Snapshot();
  const uint64_t end = state.progress.whole_end;
  if (end <= reader_->offset()) return ready + (state.ended ? 1 : 0);
  // A discard that is going on is read when its end is known.
  const bool is_known = parts_.stream->Locate(reader_->offset()).kind != Place::Kind::kWait;
  return ready + (is_known ? end - reader_->offset() : 0);
}

bool StreamSlot::MayFeed() const {
  if (is_held || marker_tiles_.size() >= kGapsMax) return false;
  for (const SettledSet& set : sets_) {
    if (!set.is_full()) continue;
    if (reader_->offset() >= set.top()) return false;
    // Holes are filled one request at a time: an answer of which every second record failed makes more of them.
    if (in_batches > 0 || in_groups > 0) return false;
  }
  return true;
}

uint64_t StreamSlot::LinesLost(const Record& marker) const {
  uint64_t lines = SetOf(marker.place.tile.source).UncoveredLines(marker.place.tile);
  if (marker.other.end > marker.other.begin) lines += SetOf(marker.other.source).UncoveredLines(marker.other);
  return lines;
}

void StreamSlot::NoteMarker(const Record& marker) {
  if (marker.other.end > marker.other.begin) marker_tiles_[marker.place.first] = marker.other;
}

uint64_t StreamSlot::Settle(const Tile& tile, Settlement how) {
  return sets_[static_cast<size_t>(tile.source)].Settle(tile, how);
}

uint64_t StreamSlot::Settle(const RecordPlace& place, Settlement how) {
  if (place.kind != RecordKind::kMarker) return Settle(place.tile, how);
  // However the marker fared, its lines are gone.
  uint64_t lines = Settle(place.tile, Settlement::kDropped);
  const auto other = marker_tiles_.find(place.first);
  if (other != marker_tiles_.end()) {
    lines += Settle(other->second, Settlement::kDropped);
    marker_tiles_.erase(other);
  }
  return lines;
}

void StreamSlot::SettleIdle() {
  for (const Source source : {Source::kStdout, Source::kStderr}) {
    SettledSet& set = sets_[static_cast<size_t>(source)];
    const Tile idle = reader_->IdleOf(source);
    if (idle.end == idle.begin || set.frontier() != idle.begin) continue;
    set.Settle(idle, Settlement::kDelivered);
    reader_->SkipIdle(idle);
  }
}

bool StreamSlot::IsFinished() const {
  if (!reader_->is_over() || reader_->has_ready() || is_held || in_batches > 0 || in_groups > 0) return false;
  return frontier() >= parts_.stream->Snapshot().progress.whole_end;
}

uint64_t StreamSlot::LinesTaken() const {
  const Stream::State state = parts_.stream->Snapshot();
  uint64_t lines = 0;
  for (size_t s = 0; s < kSources; ++s) {
    uint64_t counted = state.progress.counts.ends[s];
    if (state.ended && state.progress.is_open[s]) ++counted;
    // After a power loss the cursor may know more than the journal does.
    lines += std::max(counted, sets_[s].lines());
  }
  return lines;
}

bool StreamSlot::IsCursorBehind() const {
  const Cursor& written = parts_.cursor.cursor();
  return has_write_failed_ || written.sent_up_to != sent_up_to_ || written.sources[0] != sets_[0].cursor() ||
         written.sources[1] != sets_[1].cursor();
}

Status StreamSlot::WriteCursor() {
  Cursor cursor = parts_.cursor.cursor();
  for (size_t s = 0; s < kSources; ++s) cursor.sources[s] = sets_[s].cursor();
  cursor.sent_up_to = sent_up_to_;
  const Status status = parts_.cursor.Write(cursor);
  has_write_failed_ = !status.ok();
  return status;
}

}  // namespace tailrace
