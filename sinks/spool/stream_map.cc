#include "sinks/spool/stream_map.h"

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "journal/segment_index.h"
#include "wire/frame.h"

namespace tailrace {
namespace {

constexpr size_t kWalkBytes = kIndexBlockBytes + 16_KiB;  // A block and the frame that ends it, as a rule.
constexpr size_t kWalkBytesMax = kFrameHeaderBytes + kFrameBodyBytesMax;

}  // namespace

// The state first: what is added to the segments after it lies behind whole_end().
StreamMap::StreamMap(Disk& disk, const Stream& stream) : disk_(disk), stream_(stream), state_(stream.Snapshot()) {
  for (const Segment& segment : stream.Segments()) {
    if (segment.start >= whole_end()) {
      has_segment_at_end_ = has_segment_at_end_ || segment.start == whole_end();
      continue;
    }
    segments_.push_back(segment);
    segments_.back().end = std::min(segment.end, whole_end());
  }
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (i > 0 && segments_[i - 1].end == segments_[i].start) {
      runs_.back().last = i;
    } else {
      runs_.push_back({i, i});
    }
  }
}

Result<const std::vector<IndexLine>*> StreamMap::Lines(size_t segment) {
  CHECK_LT(segment, segments_.size());
  if (loaded_ != segment) {
    loaded_ = kNone;
    ASSIGN_OR_RETURN(lines_, LoadSegmentIndex(disk_, stream_, segments_[segment].start));
    CHECK(!lines_.empty());
    // The stream has grown since.
    while (lines_.size() > 1 && lines_.back().offset >= segments_[segment].end) lines_.pop_back();
    loaded_ = segment;
  }
  return &lines_;
}

Result<IndexLine> StreamMap::LineAt(const Spot& spot) {
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, Lines(spot.segment));
  if (spot.line >= lines->size()) return NotFound("read index: it has become shorter");
  return (*lines)[spot.line];
}

Result<bool> StreamMap::StepBack(const Run& run, Spot& spot) {
  if (spot.line > 0) {
    --spot.line;
    return true;
  }
  if (spot.segment == run.first) return false;
  --spot.segment;
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, Lines(spot.segment));
  spot.line = lines->size() - 1;
  return true;
}

Result<IndexLine> StreamMap::End() {
  IndexLine end;
  end.offset = whole_end();
  // A segment that begins there knows more than a stream that has been attached and not been walked yet.
  if (has_segment_at_end_) {
    ASSIGN_OR_RETURN(const std::vector<IndexLine> lines, LoadSegmentIndex(disk_, stream_, whole_end()));
    end = lines.front();
  } else {
    end.counts = state_.progress.counts;
    end.time_max = state_.progress.time_max;
    end.is_open = state_.progress.is_open;
  }
  if (!reaches_end()) end.is_open = {};
  return end;
}

Result<IndexLine> StreamMap::EndOf(const Run& run) {
  if (run.last + 1 == segments_.size() && reaches_end()) return End();
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, Lines(run.last));
  IndexLine end = lines->back();
  RETURN_IF_ERROR(Walk(run.last, lines->back(), segments_[run.last].end, [&](const EntrySummary& entry, uint64_t at) {
    if (entry.ends_line) ++end.counts.of(entry.source);
    end.time_max = std::max(end.time_max, entry.time_nano);
    end.offset = at;
    return true;
  }));
  end.is_open = {};  // Nothing is open across a gap.
  return end;
}

Status StreamMap::Walk(size_t segment, const IndexLine& from, uint64_t end, const Visit& visit) {
  const uint64_t start = segments_[segment].start;
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, disk_.Open(stream_.SegmentPath(start), OpenMode::kRead));
  std::vector<char> buffer(kWalkBytes);
  for (uint64_t at = from.offset; at < end;) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(buffer.size(), end - at));
    ASSIGN_OR_RETURN(const size_t got, file->ReadAt(at - start, std::span(buffer).first(want)));
    ++blocks_read_;
    bytes_read_ += got;
    std::string_view rest(buffer.data(), got);
    FrameStep step = NextFrame(rest, false);
    for (; step.kind != FrameStep::Kind::kNeedMore; step = NextFrame(rest, false)) {
      at += step.bytes;
      rest.remove_prefix(step.bytes);
      EntrySummary entry;
      if (step.kind == FrameStep::Kind::kDamage || !SummarizeLogEntry(step.body, entry)) continue;
      if (!visit(entry, at)) return Status::Ok();
    }
    if (got < want || rest.size() == end - at) return Status::Ok();  // What is left is a cut frame.
    if (rest.size() == got) buffer.resize(kWalkBytesMax);
  }
  return Status::Ok();
}

}  // namespace tailrace
