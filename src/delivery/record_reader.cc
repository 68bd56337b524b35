#include "delivery/record_reader.h"

#include <algorithm>

#include "base/check.h"
#include "delivery/record_text.h"
#include "wire/plain_frame.h"

namespace tailrace {

RecordReader::RecordReader(Disk& disk, Stream& stream, const std::array<SourceCursor, kSources>& cursors)
    : disk_(disk),
      stream_(stream),
      reader_(disk, stream, 0),
      offset_(std::min(cursors[0].settled, cursors[1].settled)) {
  for (size_t s = 0; s < kSources; ++s) {
    sides_[s] = {.wanted_from = cursors[s].settled, .prev_end = cursors[s].settled, .lines = cursors[s].lines};
  }
}

RecordReader::RecordReader(Disk& disk, Stream& stream, const RecordPlace& range)
    : disk_(disk),
      stream_(stream),
      reader_(disk, stream, 0),
      offset_(range.first),
      end_(range.tile.end),
      end_kind_(range.kind),
      end_lines_(range.tile.lines_after) {
  CHECK(range.kind != RecordKind::kMarker);
  for (Side& side : sides_) side.wanted_from = UINT64_MAX;
  sides_[static_cast<size_t>(range.tile.source)] = {
      .wanted_from = range.first, .prev_end = range.tile.begin, .lines = range.tile.lines_before};
}

RecordReader::Outcome RecordReader::Next(ReadBuffer& buffer, Record& record) {
  for (;;) {
    if (!ready_.empty()) return Give(buffer, record);
    if (is_over_) return Outcome::kEnd;
    if (data_.empty() || !buffer.IsStill(turn_)) {
      if (const std::optional<Outcome> outcome = Fetch(buffer)) return *outcome;
      continue;
    }
    if (TakePlain(record)) return Outcome::kRecord;
    if (!data_.empty()) StepFrame();
  }
}

void RecordReader::Unget(const Record& record) { ready_.insert(ready_.begin(), record); }

RecordReader::Outcome RecordReader::Give(ReadBuffer& buffer, Record& record) {
  record = ready_.front();
  if (HasText(record.place)) {
    const std::optional<std::string_view> text = TextOf(buffer, record.place);
    if (!text) {
      WalkAgain();
      return Outcome::kWait;
    }
    record.text = *text;
  }
  ready_.erase(ready_.begin());
  return Outcome::kRecord;
}

// Nothing: it has gone since it was walked.
std::optional<std::string_view> RecordReader::TextOf(ReadBuffer& buffer, const RecordPlace& place) {
  const bool is_here = buffer.IsStill(turn_) && place.first >= all_from_ && place.tile.end <= all_from_ + all_.size();
  if (is_here) return CollectText(all_, all_from_, place, buffer.joined);
  if (!ReadText(disk_, stream_, place, buffer.joined)) return std::nullopt;
  return buffer.joined;
}

// Nothing: there is more to look at.
std::optional<RecordReader::Outcome> RecordReader::Fetch(ReadBuffer& buffer) {
  data_ = {};
  if (offset_ >= end_) {
    FinishRange();
    return std::nullopt;
  }
  asked_large_ = is_large_;
  is_large_ = false;
  const std::span<char> bytes = asked_large_ ? buffer.bytes() : buffer.bytes().first(ReadBuffer::kReadBytes);
  turn_ = buffer.Take();
  all_ = {};  // What was ours in the buffer may have been another's since.
  reader_.Seek(offset_);
  const ReadOutcome read = reader_.Read(bytes);
  switch (read.kind) {
    case ReadOutcome::Kind::kData: TakeData(read, bytes.size()); return std::nullopt;
    case ReadOutcome::Kind::kGap: TakeGap(read); return std::nullopt;
    case ReadOutcome::Kind::kEnd: FinishStream(); return std::nullopt;
    case ReadOutcome::Kind::kWait: break;
  }
  const Stream::State state = stream_.Snapshot();
  if (state.progress.whole_end == offset_ && !gap_) GiveCorrupt(state.progress.counts);
  if (!ready_.empty()) return std::nullopt;
  return Outcome::kWait;
}

void RecordReader::TakeData(const ReadOutcome& read, size_t asked_bytes) {
  all_ = read.data;
  all_from_ = offset_;
  is_data_last_ = read.is_cut || all_.size() < asked_bytes;
  is_data_cut_ = read.is_cut;
  if (all_.size() > end_ - offset_) {
    all_ = all_.substr(0, static_cast<size_t>(end_ - offset_));
    is_data_last_ = true;
    is_data_cut_ = false;
  }
  data_ = all_;
}

// The usual frame: a line by itself. False: something else, or the end of the data.
bool RecordReader::TakePlain(Record& record) {
  if (is_damaged_ || gap_) return false;
  PlainFrame plain;
  while (ReadPlainFrame(data_.data(), data_.size(), plain)) {
    Side& side = sides_[static_cast<size_t>(plain.source)];
    if (joiner_.Open(plain.source).pieces > 0) return false;
    const uint64_t first = offset_;
    const std::string_view text = data_.substr(plain.line_at, plain.bytes - plain.line_at);
    data_.remove_prefix(plain.bytes);
    offset_ += plain.bytes;
    if (first < side.wanted_from) continue;
    record.place.tile = {plain.source, side.prev_end, offset_, side.lines, side.lines + 1};
    record.place.first = first;
    record.place.time_nano = plain.time_nano;
    record.place.lost_lines = 0;
    record.place.kind = RecordKind::kLine;
    record.place.is_part = false;
    record.text = text;
    record.other = {};
    side.prev_end = offset_;
    ++side.lines;
    return true;
  }
  return false;
}

void RecordReader::StepFrame() {
  const size_t bytes = JudgeFrame();
  if (bytes == 0) {
    TakeCutFrame();
    return;
  }
  data_.remove_prefix(bytes);
  offset_ += bytes;
}

// Bytes done at offset_; 0: a cut frame.
size_t RecordReader::JudgeFrame() {
  // Behind damage a frame has to be proved by what follows it.
  size_t lost = is_damaged_ ? FindFrame(data_, 0, is_data_last_) : 0;
  if (lost == 0) {
    const FrameStep step = NextFrame(data_, is_data_last_);
    switch (step.kind) {
      case FrameStep::Kind::kFrame: {
        LogEntry entry;
        if (DecodeLogEntry(step.body, entry)) {
          TakeEntry(entry, offset_ + step.bytes);
          return step.bytes;
        }
        lost = FindFrame(data_, 1, is_data_last_);
        break;
      }
      case FrameStep::Kind::kNeedMore:
        if (!is_data_last_ || is_data_cut_) return 0;
        // What intake saw as whole frames ends within one: its length is damaged.
        lost = FindFrame(data_, 1, true);
        break;
      case FrameStep::Kind::kDamage: lost = step.bytes; break;
    }
  }
  TakeDamage(lost);
  return lost;
}

void RecordReader::TakeEntry(const LogEntry& entry, uint64_t frame_end) {
  is_damaged_ = false;
  if (gap_) GiveMarker(entry.time_nano);
  Side& side = sides_[static_cast<size_t>(entry.source)];
  if (offset_ < side.wanted_from) return;
  // Of a line that was cut in two, the second part says so by its first piece, wherever reading began.
  const bool continues = entry.partial && entry.ordinal > 1;
  if (joiner_.Open(entry.source).pieces == 0) side.continues = continues;
  const LineJoiner::Outcome outcome = joiner_.Add(entry, offset_, frame_end);
  if (outcome.cut_before) {
    GivePart(entry.source, outcome.cut, RecordKind::kPart);
    side.continues = continues;
  }
  if (outcome.complete) GivePart(entry.source, outcome.line, RecordKind::kLine);
}

void RecordReader::GivePart(Source source, const LineJoiner::Part& part, RecordKind kind) {
  Side& side = sides_[static_cast<size_t>(source)];
  Record record;
  const uint64_t lines_after = side.lines + (kind == RecordKind::kPart ? 0 : 1);
  record.place.tile = {source, side.prev_end, part.end, side.lines, lines_after};
  record.place.first = part.first;
  record.place.time_nano = part.time_nano;
  record.place.kind = kind;
  record.place.is_part = kind == RecordKind::kPart || side.continues;
  side.prev_end = part.end;
  side.lines = lines_after;
  ready_.push_back(record);
}

void RecordReader::GiveOpen(RecordKind kind) {
  for (const Source source : {Source::kStdout, Source::kStderr}) {
    if (joiner_.Open(source).pieces > 0) GivePart(source, joiner_.Open(source), kind);
  }
  joiner_.Reset();
}

void RecordReader::TakeCutFrame() {
  if (is_data_last_) {
    // The process was killed within it, and then its rest was discarded: a gap follows.
    offset_ += data_.size();
    GiveOpen(RecordKind::kPart);
  } else if (offset_ == all_from_) {
    CHECK(!asked_large_);  // The whole buffer holds the largest frame.
    is_large_ = true;
  }
  data_ = {};
}

void RecordReader::TakeDamage(size_t bytes) {
  corrupt_bytes_ += bytes;
  if (is_damaged_) return;
  is_damaged_ = true;
  GiveOpen(RecordKind::kPart);
}

Tile RecordReader::IdleOf(Source source) const {
  const Side& side = sides_[static_cast<size_t>(source)];
  Tile idle{source, side.prev_end, side.prev_end, side.lines, side.lines};
  if (!ready_.empty() || gap_ || !side.is_wanted()) return idle;
  const LineJoiner::Part& open = joiner_.Open(source);
  idle.end = std::max(side.prev_end, open.pieces > 0 ? open.first : offset_);
  return idle;
}

void RecordReader::SkipIdle(const Tile& idle) {
  Side& side = sides_[static_cast<size_t>(idle.source)];
  CHECK_EQ(side.prev_end, idle.begin);
  side.prev_end = idle.end;
}

}  // namespace tailrace
