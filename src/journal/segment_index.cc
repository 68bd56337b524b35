#include "journal/segment_index.h"

#include <algorithm>

#include "wire/frame.h"

namespace tailrace {

namespace {

constexpr size_t kWalkBytes = 256_KiB;

IndexLine FirstLineOf(const StreamWalk& walk, const Segment& segment) {
  IndexLine line;
  line.offset = segment.start;
  line.counts = walk.counts();
  line.time_max = walk.time_max();
  // Across a gap nothing is open: what was open before it is lost with it.
  if (walk.whole_end() == segment.start) line.is_open = walk.is_open();
  line.after_discard = segment.after_discard;
  return line;
}

}  // namespace

std::vector<IndexLine> ReadIndexFile(const SegmentFolder& folder, const Segment& segment) {
  const std::string path = folder.directory + "/" + SegmentName(segment.start, ".idx");
  Result<std::string> bytes = ReadWholeFile(folder.disk, path, kIndexFileBytesMax);
  if (!bytes.ok()) return {};
  std::vector<IndexLine> lines = ParseIndex(*bytes, segment.start);
  // After a power loss the index may know more of the segment than was kept of it.
  while (lines.size() > 1 && lines.back().offset > segment.end) lines.pop_back();
  return lines;
}

Status WalkSegment(const SegmentFolder& folder, const Segment& segment, StreamWalk& walk,
                   std::vector<IndexLine>* lines) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> file,
                   folder.disk.Open(folder.directory + "/" + SegmentName(segment.start, ".log"), OpenMode::kRead));
  std::vector<char> buffer(kWalkBytes);
  while (walk.whole_end() < segment.end) {
    const uint64_t from = walk.whole_end();
    const size_t want = static_cast<size_t>(std::min<uint64_t>(buffer.size(), segment.end - from));
    ASSIGN_OR_RETURN(size_t got, file->ReadAt(from - segment.start, std::span(buffer).first(want)));
    walk.Walk({buffer.data(), got}, lines);
    if (walk.whole_end() > from) continue;
    // Not one whole frame: the segment ends here (or is shorter than we were told), or the frame is larger than this.
    if (got < want || from + want == segment.end) break;
    CHECK_LE(buffer.size(), kFrameHeaderBytes + kFrameBodyBytesMax);
    buffer.resize(std::min(2 * buffer.size(), static_cast<size_t>(kFrameHeaderBytes + kFrameBodyBytesMax + kWalkBytes)));
  }
  return Status::Ok();
}

Result<std::vector<IndexLine>> LoadIndexOf(const SegmentFolder& folder, size_t which) {
  // Back to the nearest segment whose first line is known; the oldest one begins at nothing if need be.
  size_t base = which;
  std::vector<IndexLine> lines = ReadIndexFile(folder, folder.segments[base]);
  while (lines.empty() && base > 0) lines = ReadIndexFile(folder, folder.segments[--base]);
  if (lines.empty()) {
    // A segment that has been dropped must not pass for one before which there was nothing. Its file goes before its
    // index does: if the file is still here, there was no index.
    const std::string path = folder.directory + "/" + SegmentName(folder.segments[base].start, ".log");
    const Status status = folder.disk.Stat(path).status();
    if (status.code() == StatusCode::kNotFound) return status;
    IndexLine line;
    line.offset = folder.segments[base].start;
    lines.push_back(line);
  }
  while (base < which) {
    StreamWalk walk(lines.back());
    const Status status = WalkSegment(folder, folder.segments[base], walk, nullptr);
    if (status.code() == StatusCode::kNotFound) return status;
    // One that cannot be read is counted as far as it goes: too few lines before `which` are better than no `which`.
    ++base;
    lines.assign(1, FirstLineOf(walk, folder.segments[base]));
  }
  return lines;
}

Result<std::vector<IndexLine>> LoadSegmentIndex(Disk& disk, const Stream& stream, uint64_t segment_start) {
  const std::vector<Segment> segments = stream.Segments();
  auto found = std::find_if(segments.begin(), segments.end(),
                            [&](const Segment& segment) { return segment.start == segment_start; });
  if (found == segments.end()) return NotFound("read index: the segment has been dropped");
  const SegmentFolder folder{disk, stream.directory(), segments};
  return LoadIndexOf(folder, static_cast<size_t>(found - segments.begin()));
}

Result<Recovered> RecoverEnd(const SegmentFolder& folder) {
  CHECK(!folder.segments.empty());
  const Segment& newest = folder.segments.back();
  // Read once: lines made anew because a second reading failed would not be those in the file.
  std::vector<IndexLine> lines = ReadIndexFile(folder, newest);
  const size_t lines_in_file = lines.size();
  if (lines.empty()) {
    ASSIGN_OR_RETURN(lines, LoadIndexOf(folder, folder.segments.size() - 1));
  }
  StreamWalk walk(lines.back());
  RETURN_IF_ERROR(WalkSegment(folder, newest, walk, &lines));
  return Recovered{walk, std::move(lines), lines_in_file};
}

}  // namespace tailrace
