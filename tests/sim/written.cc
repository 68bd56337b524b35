#include "tests/sim/written.h"

#include <algorithm>

#include "base/check.h"
#include "wire/frame.h"

namespace tailrace {

void Written::Add(std::string_view frame) {
  LogEntry entry;
  CHECK(DecodeLogEntry(frame.substr(kFrameHeaderBytes), entry));
  Mark mark;
  mark.start = bytes_.size();
  mark.end = bytes_.size() + frame.size();
  mark.source = entry.source;
  mark.ends_line = entry.ends_line();
  mark.time_nano = entry.time_nano;
  mark.text_bytes = entry.line.size();
  mark.text_at = entry.line.empty() ? mark.end : mark.start + static_cast<uint64_t>(entry.line.data() - frame.data());
  line_ends_.push_back((line_ends_.empty() ? 0 : line_ends_.back()) + (mark.ends_line ? 1 : 0));
  marks_.push_back(mark);
  bytes_ += frame;
}

void Written::Accept(size_t bytes) {
  accepted_ += bytes;
  taken_ = accepted_;
  CHECK_LE(accepted_, bytes_.size());
  while (next_ < marks_.size() && marks_[next_].end <= accepted_) ++next_;
}

void Written::Lose(size_t bytes) {
  CHECK_LE(bytes, accepted_);
  accepted_ -= bytes;
  next_ = marks_.size();
}

std::string_view Written::Rest() const {
  if (next_ == marks_.size()) return {};
  return std::string_view(bytes_).substr(accepted_, marks_[next_].end - accepted_);
}

size_t Written::FrameAt(uint64_t offset) const {
  auto found = std::lower_bound(marks_.begin(), marks_.end(), offset,
                                [](const Mark& mark, uint64_t at) { return mark.start < at; });
  if (found == marks_.end() || found->start != offset) return kNone;
  return static_cast<size_t>(found - marks_.begin());
}

size_t Written::FrameEndingBehind(uint64_t offset) const {
  auto found = std::upper_bound(marks_.begin(), marks_.end(), offset,
                                [](uint64_t at, const Mark& mark) { return at < mark.end; });
  return static_cast<size_t>(found - marks_.begin());
}

bool Written::IsBoundary(uint64_t offset) const { return offset == bytes_.size() || FrameAt(offset) != kNone; }

uint64_t Written::LineEnds(uint64_t from, uint64_t to) const {
  const size_t first = FrameEndingBehind(from);
  const size_t behind = FrameEndingBehind(std::min(to, taken_));
  if (behind <= first) return 0;
  return line_ends_[behind - 1] - (first == 0 ? 0 : line_ends_[first - 1]);
}

}  // namespace tailrace
