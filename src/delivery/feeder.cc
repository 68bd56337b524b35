#include "delivery/feeder.h"

#include <algorithm>

#include "base/check.h"

namespace tailrace {

void Feeder::Remove(const StreamSlot& slot) {
  const auto at = std::find(slots_.begin(), slots_.end(), &slot);
  CHECK(at != slots_.end());
  const auto index = static_cast<size_t>(at - slots_.begin());
  slots_.erase(at);
  if (index == turn_) is_turn_begun_ = false;
  if (index < turn_) --turn_;
}

bool Feeder::MayFeed(const StreamSlot& slot) const {
  if (parts_.is_ordered && (slot.in_batches > 0 || slot.in_groups > 0)) return false;
  return slot.MayFeed();
}

uint64_t Feeder::UnreadBytes(uint64_t enough) const {
  uint64_t bytes = 0;
  for (const StreamSlot* slot : slots_) {
    if (MayFeed(*slot)) bytes += slot->UnreadBytes();
    if (bytes >= enough) break;
  }
  return bytes;
}

uint64_t Feeder::FillNew(Batch& batch, const BatchLimits& limits) {
  walked_ = 0;
  for (size_t dry = 0; dry < slots_.size();) {
    if (turn_ >= slots_.size()) turn_ = 0;
    StreamSlot& slot = *slots_[turn_];
    Turn turn = Turn::kDry;
    if (MayFeed(slot) && slot.UnreadBytes() > 0) {
      if (!is_turn_begun_) slot.deficit += kQuantumBytes;
      is_turn_begun_ = true;
      turn = FillFrom(slot, batch, limits);
    }
    if (turn == Turn::kFull) break;
    if (turn == Turn::kDry) slot.deficit = 0;
    dry = turn == Turn::kDry ? dry + 1 : 0;
    is_turn_begun_ = false;
    ++turn_;
  }
  return walked_;
}

Feeder::Turn Feeder::FillFrom(StreamSlot& slot, Batch& batch, const BatchLimits& limits) {
  Record record;
  // What has been read is used up: another stream's turn would read over it. The next turns pay for it.
  while (slot.deficit > 0 || slot.reader().HasRead(parts_.buffer)) {
    const uint64_t before = slot.reader().offset();
    const uint64_t read = parts_.buffer.turn();
    const RecordReader::Outcome outcome = slot.reader().Next(parts_.buffer, record);
    const uint64_t walked = std::max(slot.reader().offset(), before) - before;  // It may have stepped back.
    walked_ += walked;
    slot.deficit -= static_cast<int64_t>(walked);
    if (outcome != RecordReader::Outcome::kRecord) return Turn::kDry;
    if (Take(slot, record, batch, limits) == Taken::kFull) {
      slot.reader().Unget(record);
      return Turn::kFull;
    }
    const bool is_spent = slot.deficit <= 0 && !parts_.buffer.IsStill(read);  // It went on to read more.
    if (is_spent || !slot.MayFeed()) return Turn::kUsed;
  }
  return Turn::kUsed;
}

Feeder::Taken Feeder::Take(StreamSlot& slot, Record& record, Batch& batch, const BatchLimits& limits) {
  switch (record.place.kind) {
    case RecordKind::kCorrupt:
      parts_.books.Settle(slot, record.place, Settlement::kCorrupt);
      return Taken::kPassed;
    case RecordKind::kMarker:
      if (!CountMarker(slot, record)) return Taken::kPassed;
      break;
    case RecordKind::kLine:
    case RecordKind::kPart:
    case RecordKind::kOpenEnd:
      if (slot.IsSettled(record.place)) return Taken::kPassed;
      break;
  }
  return batch.Append(slot, record, limits) == Batch::Fit::kTaken ? Taken::kTaken : Taken::kFull;
}

// False: nothing was lost in the gap that is not settled already.
bool Feeder::CountMarker(StreamSlot& slot, Record& record) {
  record.place.lost_lines = slot.LinesLost(record);
  slot.NoteMarker(record);
  if (record.place.lost_lines > 0) return true;
  parts_.books.Settle(slot, record.place, Settlement::kDropped);
  return false;
}

void Feeder::FillGroup(Batch& batch, const BatchLimits& limits, RetryGroups& groups, RetryGroup& group) {
  const BatchLimits both{std::min(limits.bytes, group.limits.bytes), std::min(limits.records, group.limits.records)};
  while (!group.ranges.empty()) {
    RetryRange range = groups.PopRange(group);
    if (FillRange(batch, both, range)) continue;
    groups.PushRange(group, range);
    return;
  }
}

bool Feeder::FillRange(Batch& batch, const BatchLimits& limits, RetryRange& range) {
  StreamSlot& slot = *range.slot;
  Record record;
  if (range.is_marker()) {
    record.place = range.place;
    return batch.Append(slot, record, limits) == Batch::Fit::kTaken;
  }
  RecordReader reader(parts_.disk, slot.stream(), range.place);
  for (;;) {
    switch (reader.Next(parts_.buffer, record)) {
      case RecordReader::Outcome::kEnd: return true;
      case RecordReader::Outcome::kWait: return false;
      case RecordReader::Outcome::kRecord: break;
    }
    if (Take(slot, record, batch, limits) != Taken::kFull) continue;
    // What remains begins at this record.
    range.place.first = HasText(record.place) ? record.place.first : record.place.tile.begin;
    range.place.tile.begin = record.place.tile.begin;
    range.place.tile.lines_before = record.place.tile.lines_before;
    return false;
  }
}

void Feeder::FillHeld(Batch& batch, MonoTime now) {
  for (StreamSlot* slot : slots_) {
    if (!slot->is_held || slot->hold_until > now) continue;
    BatchLimits one_more;
    one_more.records = batch.size() + 1;
    const size_t before = batch.size();
    while (!slot->held.empty()) {
      RetryRange range = slot->held.front();
      slot->held.erase(slot->held.begin());
      if (FillRange(batch, one_more, range)) continue;
      slot->held.insert(slot->held.begin(), range);
      break;
    }
    if (batch.size() > before) {
      slot->hold_until = kNever;
    } else if (slot->held.empty()) {
      slot->is_held = false;  // What was held is gone from the journal.
      slot->hold_error.clear();
    } else {
      slot->hold_until = now + kHeldAgain;
    }
  }
}

}  // namespace tailrace
