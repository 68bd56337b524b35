#include "delivery/batch.h"

#include <algorithm>

#include "delivery/stream_slot.h"

namespace tailrace {

namespace {

constexpr size_t kConstantBytes = 1_KiB;  // of a document, about: only to see early that one does not fit

std::string MarkerText(const RecordPlace& place) {
  const bool is_one = place.lost_lines == 1;
  return "tailrace: " + std::to_string(place.lost_lines) + (is_one ? " line" : " lines") + " lost here (" +
         std::string(GapReasonName(place.reason)) + ")";
}

RecordView ViewOfMarker(const StreamSlot& slot, const RecordPlace& place, const std::string& text) {
  RecordView view;
  view.stream_id = slot.stream().id().value;
  view.first = place.first;
  view.time_nano = place.time_nano;
  view.is_stderr = true;
  view.text = text;
  view.lost_lines = place.lost_lines;
  view.lost_reason = GapReasonName(place.reason);
  return view;
}

RecordView ViewOf(const StreamSlot& slot, const Record& record) {
  const RecordPlace& place = record.place;
  RecordView view;
  view.stream_id = slot.stream().id().value;
  view.first = place.first;
  view.time_nano = place.time_nano;
  view.is_stderr = place.tile.source == Source::kStderr;
  view.text = record.text;
  view.is_part = place.is_part;
  return view;
}

}  // namespace

void EncodeRecord(const StreamSlot& slot, const Record& record, std::string& body) {
  if (record.place.kind == RecordKind::kMarker) {
    const std::string text = MarkerText(record.place);
    slot.sink().Append(ViewOfMarker(slot, record.place, text), slot.pieces(), body);
    return;
  }
  slot.sink().Append(ViewOf(slot, record), slot.pieces(), body);
}

void Batch::Reserve(size_t body_bytes, size_t records) {
  body_.reserve(body_bytes);
  records_.reserve(records);
}

Batch::Fit Batch::Append(StreamSlot& slot, const Record& record, const BatchLimits& limits) {
  if (!empty()) {
    if (records_.size() >= limits.records) return Fit::kFull;
    if (body_.size() + record.text.size() + kConstantBytes > limits.bytes && record.text.size() > kConstantBytes) {
      return Fit::kFull;
    }
  }
  const size_t before = body_.size();
  EncodeRecord(slot, record, body_);
  Fit fit = Fit::kTaken;
  if (!empty() && body_.size() > limits.bytes) fit = Fit::kFull;
  const size_t memory = MemoryBytes() + sizeof(BatchRecord);
  if (fit == Fit::kTaken && !(empty() ? lease_.Overdraw(memory) : lease_.Cover(memory))) fit = Fit::kNoMemory;
  if (fit != Fit::kTaken) {
    body_.resize(before);
    return fit;
  }
  records_.push_back({.range = {&slot, record.place}});
  body_bytes_ = body_.size();
  return fit;
}

std::string Batch::TakeBody() { return std::move(body_); }

void Batch::KeepMemory(size_t bytes) {
  // A little more than is needed is cheaper than a copy.
  if (records_.capacity() > records_.size() + records_.size() / 8) records_.shrink_to_fit();
  lease_.ShrinkTo(bytes + records_.capacity() * sizeof(BatchRecord));
}

void Batch::MarkSent() {
  for (BatchRecord& record : records_) {
    record.was_sent = record.range.place.tile.end <= record.range.slot->sent_up_to();
  }
  for (const BatchRecord& record : records_) record.range.slot->NoteSent(record.range.place);
}

bool Follows(const RetryRange& range, const RetryRange& next) {
  return next.slot == range.slot && next.place.tile.source == range.place.tile.source &&
         next.place.tile.begin == range.place.tile.end && !range.is_marker() && !next.is_marker();
}

void Extend(RetryRange& range, const RetryRange& next) {
  range.place.tile.end = next.place.tile.end;
  range.place.tile.lines_after = next.place.tile.lines_after;
  range.place.kind = next.place.kind;
}

void AppendRange(std::vector<RetryRange>& ranges, const RetryRange& range) {
  constexpr size_t kLookBack = 4;  // both sources of a stream, and a neighbour's
  const size_t look_back = range.is_marker() ? 0 : std::min(kLookBack, ranges.size());
  for (size_t i = ranges.size(); i > ranges.size() - look_back; --i) {
    RetryRange& last = ranges[i - 1];
    if (last.slot != range.slot || last.place.tile.source != range.place.tile.source) continue;
    if (!Follows(last, range)) break;
    Extend(last, range);
    return;
  }
  ranges.push_back(range);
}

std::vector<RetryRange> RangesOf(const std::vector<BatchRecord>& records, size_t from, size_t to) {
  std::vector<RetryRange> ranges;
  for (size_t i = from; i < to; ++i) AppendRange(ranges, records[i].range);
  return ranges;
}

}  // namespace tailrace
