#include "journal/walk.h"

#include <algorithm>

#include "base/crc32c.h"
#include "wire/frame.h"
#include "wire/plain_frame.h"

namespace tailrace {

StreamWalk::StreamWalk(const IndexLine& line)
    : last_(line),
      whole_end_(line.offset),
      counts_(line.counts),
      time_max_(line.time_max),
      is_open_(line.is_open) {}

size_t StreamWalk::Walk(std::string_view bytes, std::vector<IndexLine>* lines) {
  size_t frames = 0;
  size_t at = 0;      // walked
  size_t summed = 0;  // in block_crc_
  while (true) {
    const size_t block_left = static_cast<size_t>(kIndexBlockBytes - (whole_end_ - last_.offset));
    const size_t before = at;
    const bool goes_on = WalkTo(bytes, std::min(bytes.size(), at + block_left), at, frames);
    whole_end_ += at - before;
    block_crc_ = Crc32cExtend(block_crc_, bytes.substr(summed, at - summed));
    summed = at;
    if (whole_end_ - last_.offset >= kIndexBlockBytes) {
      const IndexLine line = CloseBlock();
      if (lines != nullptr) lines->push_back(line);
    }
    if (!goes_on) return frames;
  }
}

// Walks frames until one ends at or behind `limit`. False when the rest of `bytes` is no whole frame.
bool StreamWalk::WalkTo(std::string_view bytes, size_t limit, size_t& at, size_t& frames) {
  int64_t time_max = time_max_;
  LineCounts counts = counts_;
  bool goes_on = true;
  while (goes_on && at < limit) {
    PlainFrame plain;
    if (ReadPlainFrame(bytes.data() + at, bytes.size() - at, plain)) [[likely]] {
      ++counts.of(plain.source);
      is_open_[static_cast<size_t>(plain.source)] = false;
      time_max = std::max(time_max, plain.time_nano);
      at += plain.bytes;
      ++frames;
      continue;
    }
    counts_ = counts;
    time_max_ = time_max;
    goes_on = WalkOther(bytes, at, frames);
    counts = counts_;
    time_max = time_max_;
  }
  counts_ = counts;
  time_max_ = time_max;
  return goes_on && at < bytes.size();
}

bool StreamWalk::WalkOther(std::string_view bytes, size_t& at, size_t& frames) {
  const FrameStep step = NextFrame(bytes.substr(at), false);
  if (step.kind == FrameStep::Kind::kNeedMore) return false;
  if (step.kind == FrameStep::Kind::kFrame) {
    Count(step.body);
    ++frames;
  } else {
    has_damage_ = true;
  }
  at += step.bytes;
  return true;
}

void StreamWalk::Count(std::string_view body) {
  EntrySummary entry;
  if (!SummarizeLogEntry(body, entry)) {
    has_damage_ = true;  // A whole frame that holds no entry: framing goes on, the entry counts as no line.
    return;
  }
  const auto source = static_cast<size_t>(entry.source);
  if (entry.ends_line) ++counts_.ends[source];
  is_open_[source] = !entry.ends_line;
  time_max_ = std::max(time_max_, entry.time_nano);
}

IndexLine StreamWalk::FirstLineHere() const {
  IndexLine line;
  line.offset = whole_end_;
  line.counts = counts_;
  line.time_max = time_max_;
  line.is_open = is_open_;
  return line;
}

IndexLine StreamWalk::CloseBlock() {
  IndexLine line = FirstLineHere();
  line.block_crc = block_crc_;
  line.has_damage = has_damage_;
  last_ = line;
  block_crc_ = 0;
  has_damage_ = false;
  return line;
}

StreamProgress StreamWalk::ProgressTo(uint64_t end) const {
  StreamProgress progress;
  progress.end = end;
  progress.whole_end = whole_end_;
  progress.counts = counts_;
  progress.time_max = time_max_;
  progress.is_open = is_open_;
  return progress;
}

}  // namespace tailrace
