#include "journal/stream_reader.h"

#include <algorithm>

#include "base/crc32c.h"
#include "journal/segment_index.h"
#include "wire/frame.h"

namespace tailrace {

namespace {
// A segment may be dropped between looking its place up and opening it; more often than this it cannot be.
constexpr int kLookUpsMax = 8;
}  // namespace

StreamReader::StreamReader(Disk& disk, Stream& stream, uint64_t offset)
    : disk_(disk), stream_(stream), offset_(offset) {}

ReadOutcome StreamReader::Read(std::span<char> buffer) {
  CHECK(!buffer.empty());
  ReadOutcome outcome;
  for (int look_up = 1; look_up <= kLookUpsMax; ++look_up) {
    outcome = {};
    outcome.offset = offset_;
    Place place = stream_.Locate(offset_);
    if (place.kind == Place::Kind::kWait) return outcome;
    if (place.kind == Place::Kind::kEnd) {
      outcome.kind = ReadOutcome::Kind::kEnd;
      return outcome;
    }
    if (place.kind == Place::Kind::kData) {
      const Status status = ReadSegment(place, buffer, outcome);
      if (status.ok()) return outcome;
      if (status.code() == StatusCode::kNotFound && look_up < kLookUpsMax) continue;
      place.gap_end = place.readable_end;
      place.reason = GapReason::kDamage;
    }
    outcome.kind = ReadOutcome::Kind::kGap;
    outcome.gap_end = place.gap_end;
    outcome.reason = place.reason;
    if (CountGap(outcome)) break;
  }
  return TakeGap(outcome);
}

Status StreamReader::ReadSegment(const Place& place, std::span<char> buffer, ReadOutcome& outcome) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, disk_.Open(stream_.SegmentPath(place.segment_start), OpenMode::kRead));
  const uint64_t left = place.readable_end - offset_;
  const bool is_small = buffer.size() < left;
  if (is_small) LoadIndex(place, offset_ + buffer.size());
  const size_t want = is_small ? WholeBlocks(buffer.size()) : static_cast<size_t>(left);
  ASSIGN_OR_RETURN(size_t got, file->ReadAt(offset_ - place.segment_start, buffer.first(want)));
  if (got == 0) return Corrupt("read segment: shorter than it was");
  ++reads_;
  outcome.kind = ReadOutcome::Kind::kData;
  outcome.is_cut = got < want || (place.is_sealed && offset_ + got == place.readable_end);
  // Short reads at a stream's growing end hold no index line; the first one in a segment may.
  const bool may_hold_line = got >= kIndexBlockBytes || outcome.is_cut || index_segment_ != place.segment_start;
  if (may_hold_line && !is_small) LoadIndex(place, offset_ + got);
  outcome.data = {buffer.data(), got};
  EndAtDoubt(outcome);
  return Status::Ok();
}

// As many bytes as end with a block of the index, so that the next read begins with one and can verify it; all that there
// is room for where no block ends.
size_t StreamReader::WholeBlocks(size_t room) const {
  const auto behind = std::upper_bound(index_.begin(), index_.end(), offset_ + room,
                                       [](uint64_t offset, const IndexLine& line) { return offset < line.offset; });
  const bool has_whole = behind != index_.begin() && (behind - 1)->offset > offset_;
  return has_whole ? static_cast<size_t>((behind - 1)->offset - offset_) : room;
}

void StreamReader::LoadIndex(const Place& place, uint64_t end) {
  if (index_segment_ == place.segment_start && !index_.empty() && index_.back().offset >= end) return;
  const std::vector<Segment> segments{{place.segment_start, place.readable_end, false}};
  index_ = ReadIndexFile({disk_, stream_.directory(), segments}, segments.front());
  index_segment_ = place.segment_start;
}

// Verifies the index blocks that lie wholly in the data. A frame never reaches over an index line: behind a block whose
// bytes are not those that were written, or cannot be verified because reading begins within it, the data ends, so that
// one which seems to go on there is known for damaged, and the line's frame is found again.
void StreamReader::EndAtDoubt(ReadOutcome& outcome) {
  const uint64_t end = offset_ + outcome.data.size();
  auto line = std::lower_bound(index_.begin(), index_.end(), offset_,
                               [](const IndexLine& a, uint64_t offset) { return a.offset < offset; });
  bool is_doubtful = line != index_.end() && line->offset > offset_;
  while (!is_doubtful && line != index_.end() && line + 1 != index_.end() && (line + 1)->offset <= end) {
    const auto block = outcome.data.substr(line->offset - offset_, (line + 1)->offset - line->offset);
    ++line;
    outcome.is_suspect = Crc32c(block) != line->block_crc;
    if (outcome.is_suspect) ++suspect_blocks_;
    is_doubtful = outcome.is_suspect || line->has_damage;
  }
  if (!is_doubtful || line->offset >= end) return;
  outcome.data = outcome.data.substr(0, line->offset - offset_);
  outcome.is_cut = false;
}

ReadOutcome StreamReader::TakeGap(const ReadOutcome& gap) {
  offset_ = gap.gap_end;
  // Of what could not be counted the gap behind it tells.
  if (gap.gap_counts) counts_ = gap.gap_counts;
  return gap;
}

// Line ends before `offset`, which lies at or behind the end of a segment that is still here.
std::optional<LineCounts> StreamReader::CountsBefore(const std::vector<Segment>& segments, uint64_t offset) {
  size_t which = segments.size();
  while (which > 0 && segments[which - 1].start > offset) --which;
  if (which == 0) return std::nullopt;
  const SegmentFolder folder{disk_, stream_.directory(), segments};
  Result<std::vector<IndexLine>> lines = LoadIndexOf(folder, which - 1);
  if (!lines.ok()) return std::nullopt;
  while (lines->size() > 1 && lines->back().offset > offset) lines->pop_back();
  if (lines->back().offset == offset) return lines->back().counts;
  StreamWalk walk(lines->back());
  Segment segment = segments[which - 1];
  segment.end = std::min(segment.end, offset);
  // What cannot be walked is not known: better a count that is too high than none.
  if (!WalkSegment(folder, segment, walk, nullptr).ok()) return lines->back().counts;
  return walk.counts();
}

// False when retention has come between: what was counted may be of files that are gone, and the gap may be longer.
bool StreamReader::CountGap(ReadOutcome& gap) {
  const Stream::State state = stream_.Snapshot();
  const std::vector<Segment> segments = stream_.Segments();
  std::optional<LineCounts> before = counts_;
  if (!before && offset_ == 0) before = LineCounts{};
  if (!before) before = CountsBefore(segments, offset_);
  std::optional<LineCounts> after = state.progress.counts;
  // A segment that begins there knows more than a stream that has been attached and not been walked yet.
  const bool is_inside = !segments.empty() && gap.gap_end < std::max(state.progress.whole_end, segments.back().start + 1);
  if (is_inside) after = CountsBefore(segments, gap.gap_end);
  const uint64_t first = segments.empty() ? 0 : segments.front().start;
  if (gap.gap_end < first || (!segments.empty() && stream_.Snapshot().first != first)) return false;
  // An index that was damaged and made anew may know of fewer lines than were read.
  if (before && (!after || after->total() < before->total())) after = before;
  gap.gap_counts = after;
  // Without `before` everything before is gone too, and nobody remembered how much it was.
  if (before) gap.gap_lines = after->total() - before->total();
  return true;
}

}  // namespace tailrace
