#include "sinks/spool/seek.h"

#include <algorithm>
#include <optional>

namespace tailrace {
namespace {

using Run = StreamMap::Run;
using Spot = StreamMap::Spot;

constexpr Source kBothSources[] = {Source::kStdout, Source::kStderr};

bool IsOpen(const IndexLine& line, Source source) { return line.is_open[static_cast<size_t>(source)]; }

StreamStart StartAt(const StreamMap& map, const IndexLine& line) {
  StreamStart start;
  start.offset = line.offset;
  start.counts = line.counts;
  start.wanted_from = line.offset;
  start.first_wanted = line.counts;
  start.is_middle = line.offset > map.first();
  return start;
}

// A line that is open at the end was open all along the run: only frames can tell whether a piece of it is in there.
Result<bool> HasFrameOf(StreamMap& map, const Run& run, Source source) {
  ASSIGN_OR_RETURN(IndexLine end, map.End());
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, map.Lines(run.last));
  Spot spot{run.last, lines->size() - 1};
  for (bool has_more = true; has_more;) {
    ASSIGN_OR_RETURN(const IndexLine line, map.LineAt(spot));
    bool is_found = false;
    RETURN_IF_ERROR(map.Walk(spot.segment, line, end.offset, [&](const EntrySummary& entry, uint64_t) {
      is_found = entry.source == source;
      return !is_found;
    }));
    if (is_found) return true;
    end = line;
    ASSIGN_OR_RETURN(has_more, map.StepBack(run, spot));
  }
  return false;
}

// Whether a piece of the line that is open at the end is still here (all of them may lie in a gap).
Result<bool> IsOpenLineHere(StreamMap& map, Source source) {
  ASSIGN_OR_RETURN(const IndexLine end, map.End());
  if (!IsOpen(end, source)) return false;
  const Run run = map.runs().back();
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, map.Lines(run.last));
  Spot spot{run.last, lines->size() - 1};
  for (bool has_more = true; has_more;) {
    ASSIGN_OR_RETURN(const IndexLine line, map.LineAt(spot));
    if (!IsOpen(line, source) || line.counts.of(source) < end.counts.of(source)) return true;
    ASSIGN_OR_RETURN(has_more, map.StepBack(run, spot));
  }
  return HasFrameOf(map, run, source);
}

// The last index line from segment `range.first` to `range.last` of which `is_before` holds; it holds of all lines up to
// some place and of none behind. The first line of all if of none.
template <typename IsBefore>
Result<Spot> LastSpot(StreamMap& map, const Run& range, const IsBefore& is_before) {
  size_t low = range.first;
  for (size_t high = range.last; low < high;) {
    const size_t middle = high - (high - low) / 2;
    ASSIGN_OR_RETURN(const IndexLine line, map.LineAt({middle, 0}));
    if (is_before(line)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, map.Lines(low));
  auto behind = std::partition_point(lines->begin() + 1, lines->end(), is_before);
  return Spot{low, static_cast<size_t>(behind - lines->begin()) - 1};
}

// Reading has to begin where no line is open that is wanted; or at the run's beginning, where its front is lost.
Status BackToClosed(StreamMap& map, const Run& run, Spot spot, StreamStart& start) {
  for (bool has_more = true; has_more;) {
    ASSIGN_OR_RETURN(const IndexLine line, map.LineAt(spot));
    start.offset = line.offset;
    start.counts = line.counts;
    const bool is_wanted_open = std::ranges::any_of(kBothSources, [&](Source source) {
      return IsOpen(line, source) && line.counts.of(source) >= start.first_wanted.of(source);
    });
    if (!is_wanted_open) break;
    ASSIGN_OR_RETURN(has_more, map.StepBack(run, spot));
  }
  start.is_middle = start.offset > map.first();
  return Status::Ok();
}

// Wanted is what ends behind the place where `total` lines have ended, which lies in this run.
Result<StreamStart> StartInRun(StreamMap& map, const Run& run, uint64_t total) {
  ASSIGN_OR_RETURN(const Spot spot,
                   LastSpot(map, run, [&](const IndexLine& line) { return line.counts.total() <= total; }));
  ASSIGN_OR_RETURN(const IndexLine line, map.LineAt(spot));
  StreamStart start = StartAt(map, line);
  if (line.counts.total() < total) {
    const uint64_t segment_end = map.segments()[spot.segment].end;
    RETURN_IF_ERROR(map.Walk(spot.segment, line, segment_end, [&](const EntrySummary& entry, uint64_t at) {
      if (entry.ends_line) ++start.first_wanted.of(entry.source);
      start.wanted_from = at;
      return start.first_wanted.total() < total;
    }));
  }
  RETURN_IF_ERROR(BackToClosed(map, run, spot, start));
  return start;
}

// Wanted is nothing but lines that are open at the end: those that `is_wanted` names.
Result<StreamStart> StartAtEnd(StreamMap& map, const std::array<bool, kSources>& is_wanted) {
  ASSIGN_OR_RETURN(const IndexLine end, map.End());
  StreamStart start = StartAt(map, end);
  bool has_wanted = false;
  for (Source source : kBothSources) {
    const bool is_mine = is_wanted[static_cast<size_t>(source)];
    if (IsOpen(end, source) && !is_mine) ++start.first_wanted.of(source);
    has_wanted = has_wanted || (IsOpen(end, source) && is_mine);
  }
  if (!has_wanted) {
    start.skips_open = end.is_open;
    return start;
  }
  const Run run = map.runs().back();
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, map.Lines(run.last));
  RETURN_IF_ERROR(BackToClosed(map, run, {run.last, lines->size() - 1}, start));
  return start;
}

// The first thing at or behind `offset`, in segment `which`, of which the line counts are known.
Result<IndexLine> NextKnown(StreamMap& map, size_t which, uint64_t offset) {
  ASSIGN_OR_RETURN(const std::vector<IndexLine>* lines, map.Lines(which));
  auto next = std::ranges::find_if(*lines, [&](const IndexLine& line) { return line.offset >= offset; });
  if (next != lines->end()) return *next;
  for (const Run& run : map.runs()) {
    if (which == run.last) return map.EndOf(run);
  }
  return map.LineAt({which + 1, 0});
}

}  // namespace

Result<StreamStart> SeekFirst(StreamMap& map) {
  if (map.segments().empty()) {
    ASSIGN_OR_RETURN(const IndexLine end, map.End());
    return StartAt(map, end);
  }
  ASSIGN_OR_RETURN(const IndexLine line, map.LineAt({0, 0}));
  return StartAt(map, line);
}

Result<StreamStart> SeekTail(StreamMap& map, uint64_t& lines, bool counts_open) {
  std::array<bool, kSources> wants_open{!counts_open, !counts_open};
  for (Source source : {Source::kStderr, Source::kStdout}) {
    if (!counts_open || lines == 0 || map.segments().empty()) continue;
    ASSIGN_OR_RETURN(const bool is_here, IsOpenLineHere(map, source));
    wants_open[static_cast<size_t>(source)] = is_here;
    if (is_here) --lines;
  }
  std::optional<size_t> newer;
  for (size_t i = map.runs().size(); i > 0; newer = --i) {
    if (lines == 0) break;
    const Run& run = map.runs()[i - 1];
    ASSIGN_OR_RETURN(const IndexLine first, map.LineAt({run.first, 0}));
    ASSIGN_OR_RETURN(const IndexLine end, map.EndOf(run));
    const uint64_t here = end.counts.total() - std::min(first.counts.total(), end.counts.total());
    if (here > lines) {
      const uint64_t total = end.counts.total() - lines;
      lines = 0;
      return StartInRun(map, run, total);
    }
    lines -= here;
  }
  if (newer == 0 || map.segments().empty()) return SeekFirst(map);
  if (!newer) return StartAtEnd(map, wants_open);
  ASSIGN_OR_RETURN(const IndexLine line, map.LineAt({map.runs()[*newer].first, 0}));
  return StartAt(map, line);
}

Status SeekSince(StreamMap& map, int64_t since_ns, StreamStart& start) {
  ASSIGN_OR_RETURN(const IndexLine end, map.End());
  if (end.time_max < since_ns) {
    if (end.offset <= start.offset) return Status::Ok();
    start.offset = end.offset;
    start.counts = end.counts;
    start.skips_open = end.is_open;
    start.is_middle = true;
    return Status::Ok();
  }
  const std::vector<Segment>& segments = map.segments();
  if (segments.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const Spot spot, LastSpot(map, {0, segments.size() - 1}, [&](const IndexLine& line) {
    return line.time_max < since_ns;
  }));
  ASSIGN_OR_RETURN(const IndexLine line, map.LineAt(spot));
  if (line.offset <= start.offset || line.time_max >= since_ns) return Status::Ok();
  start.offset = line.offset;
  start.counts = line.counts;
  start.skips_open = line.is_open;
  start.is_middle = true;
  // Before the first frame of a run lies a gap, whose marker has that frame's time: it may be wanted.
  const bool begins_run =
      spot.line == 0 && spot.segment > 0 && segments[spot.segment - 1].end < segments[spot.segment].start;
  if (!begins_run) return Status::Ok();
  auto run = std::ranges::find_if(map.runs(), [&](const Run& other) { return other.last + 1 == spot.segment; });
  ASSIGN_OR_RETURN(const IndexLine before, map.EndOf(*run));
  start.offset = segments[spot.segment - 1].end;
  start.counts = before.counts;
  start.skips_open = {};
  return Status::Ok();
}

Result<LineCounts> CountsBefore(Disk& disk, const Stream& stream, uint64_t offset) {
  StreamMap map(disk, stream);
  const std::vector<Segment>& segments = map.segments();
  auto holds = [&](const Segment& segment) { return segment.start <= offset && offset < segment.end; };
  auto found = std::ranges::find_if(segments, holds);
  if (found == segments.end()) {
    ASSIGN_OR_RETURN(const IndexLine end, map.End());
    if (offset != end.offset) return NotFound("count lines: nothing is known of the place");
    return end.counts;
  }
  const auto which = static_cast<size_t>(found - segments.begin());
  ASSIGN_OR_RETURN(const IndexLine next, NextKnown(map, which, offset));
  IndexLine from;
  from.offset = offset;
  LineCounts counts = next.counts;
  RETURN_IF_ERROR(map.Walk(which, from, std::min(next.offset, found->end), [&](const EntrySummary& entry, uint64_t) {
    uint64_t& ends = counts.of(entry.source);
    if (entry.ends_line && ends > 0) --ends;
    return true;
  }));
  return counts;
}

}  // namespace tailrace
