// SegmentIndex: the index lines of one segment, read from its .idx or, where that is missing, short in front or
// damaged, made anew in memory by walking. Nothing is written. Any thread.
#pragma once

#include <vector>

#include "base/disk.h"
#include "journal/index.h"
#include "journal/stream.h"

namespace tailrace {

// Lines of the segment that starts at `segment_start` (one of stream.Segments()), at least the one at its first byte.
// kNotFound when the segment has been dropped meanwhile.
Result<std::vector<IndexLine>> LoadSegmentIndex(Disk& disk, const Stream& stream, uint64_t segment_start);

}  // namespace tailrace
