// Segment indexes: the index lines of one segment, read from its .idx or, where that is missing, short in front or
// damaged, made anew in memory by walking; and the walk behind the last line. Nothing is written. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/disk.h"
#include "journal/index.h"
#include "journal/stream.h"
#include "journal/walk.h"

namespace tailrace {

inline constexpr size_t kIndexFileBytesMax = 4_MiB;  // 16 MiB of segment need 12 KiB; more is not ours

// Where segments lie: a stream's folder and its segments, oldest first.
struct SegmentFolder {
  Disk& disk;
  const std::string& directory;
  const std::vector<Segment>& segments;
};

// The valid lines of the .idx file as it is; empty when there is none worth believing.
std::vector<IndexLine> ReadIndexFile(const SegmentFolder& folder, const Segment& segment);

// Lines of segments[which], at least the one at its first byte.
// kNotFound when the segment has been dropped meanwhile.
Result<std::vector<IndexLine>> LoadIndexOf(const SegmentFolder& folder, size_t which);
// The same for one of stream.Segments().
Result<std::vector<IndexLine>> LoadSegmentIndex(Disk& disk, const Stream& stream, uint64_t segment_start);

// Walks a segment from where `walk` stands to the segment's end; index lines due on the way go to `lines` (may be null).
// Leaves `walk` at the last whole frame.
Status WalkSegment(const SegmentFolder& folder, const Segment& segment, StreamWalk& walk, std::vector<IndexLine>* lines);

// What is known at the end of the newest segment.
struct Recovered {
  StreamWalk walk;
  std::vector<IndexLine> lines;  // of the newest segment, complete
  size_t lines_in_file = 0;      // how many of them the .idx file holds already
};
// `folder` has at least one segment.
Result<Recovered> RecoverEnd(const SegmentFolder& folder);

}  // namespace tailrace
