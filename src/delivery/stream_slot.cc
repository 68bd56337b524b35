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
  if (is_held || marker_tiles_.size() >= kGapsMax || in_groups >= kRetriesMax) return false;
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
  const SettledSet& set = SetOf(place.tile.source);
  const uint64_t frontier = set.frontier();
  const uint64_t lines = place.kind == RecordKind::kMarker ? SettleMarker(place) : Settle(place.tile, how);
  const bool is_later = set.frontier() != frontier && place.time_nano > 0;
  if (is_later) oldest_time_[static_cast<size_t>(place.tile.source)] = place.time_nano;
  return lines;
}

uint64_t StreamSlot::SettleMarker(const RecordPlace& place) {
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

uint64_t StreamSlot::LinesTaken(const Stream::State& state, size_t source) const {
  uint64_t counted = state.progress.counts.ends[source];
  if (state.ended && state.progress.is_open[source]) ++counted;
  // After a power loss the cursor may know more than the journal does.
  return std::max(counted, sets_[source].lines());
}

uint64_t StreamSlot::LinesTaken() const {
  const Stream::State state = parts_.stream->Snapshot();
  return LinesTaken(state, 0) + LinesTaken(state, 1);
}

uint64_t StreamSlot::BytesWaiting() const {
  const Stream::State state = parts_.stream->Snapshot();
  const uint64_t begin = std::max(frontier(), state.first);
  return state.progress.whole_end > begin ? state.progress.whole_end - begin : 0;
}

// By the lines' own time, for they may have waited in another process; unless that is later than ours (a clock was set),
// and never longer than since nothing was waiting.
Nanos StreamSlot::OldestWaiting(MonoTime now, WallTime wall) {
  const Stream::State state = parts_.stream->Snapshot();
  const Nanos longest = now - (caught_up_at_ > MonoTime{0} ? caught_up_at_ : attached_at);
  Nanos oldest{0};
  bool is_waiting = false;
  for (size_t s = 0; s < kSources; ++s) {
    if (LinesTaken(state, s) == sets_[s].lines()) continue;
    is_waiting = true;
    const bool is_known = oldest_time_[s] > 0 && oldest_time_[s] < wall.ns;
    const Nanos age = is_known ? Nanos(wall.ns - oldest_time_[s]) : longest;
    oldest = std::max(oldest, caught_up_at_ > MonoTime{0} ? std::min(age, longest) : age);
  }
  if (!is_waiting) caught_up_at_ = now;
  return oldest;
}

void StreamSlot::NoteSent(const RecordPlace& place) {
  NoteSent(place.tile.end);
  int64_t& oldest = oldest_time_[static_cast<size_t>(place.tile.source)];
  if (oldest == 0 && place.time_nano > 0) oldest = place.time_nano;
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
