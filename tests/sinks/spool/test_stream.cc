#include "tests/sinks/spool/test_stream.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"
#include "wire/frame.h"
#include "wire/log_entry.h"

namespace tailrace {

TestSpool::TestSpool(uint64_t seed) : random(seed), journal({.root = "/spool"}, {disk, clock, random, log}) {
  CHECK(journal.Open().ok());
}

StreamLease TestSpool::NewStream(const std::string& container) {
  StreamFacts facts;
  facts.container_id = container;
  facts.fifo = "/run/docker/logging/" + std::to_string(random.Next64());
  Result<StreamLease> lease = journal.Create(std::move(facts));
  CHECK(lease.ok());
  return std::move(*lease);
}

IndexLine TestStream::LineHere() const {
  IndexLine line;
  line.offset = progress_.whole_end;
  line.counts = progress_.counts;
  line.time_max = progress_.time_max;
  line.is_open = progress_.is_open;
  line.block_crc = Crc32c(block_);
  return line;
}

void TestStream::OpenSegment() {
  Publish();
  IndexLine first = LineHere();
  first.block_crc = 0;
  first.after_discard = is_after_discard_;
  index_ = {first};
  block_.clear();
  starts_.push_back(progress_.whole_end);
  written_end_ = progress_.whole_end;
  disk_.SetContents(lease_->SegmentPath(written_end_), "");
  if (written_end_ > 0) disk_.SetContents(lease_->IndexPath(written_end_), EncodeIndexLine(first));
  lease_->AddSegment({written_end_, written_end_, is_after_discard_});
  needs_segment_ = false;
  is_after_discard_ = false;
}

void TestStream::Append(std::string_view bytes) {
  if (needs_segment_) OpenSegment();
  unwritten_ += bytes;
  progress_.end += bytes.size();
}

void TestStream::Count(const std::string& frame) {
  LogEntry entry;
  CHECK(DecodeLogEntry(std::string_view(frame).substr(kFrameHeaderBytes), entry));
  if (entry.ends_line()) ++progress_.counts.of(entry.source);
  progress_.is_open[static_cast<size_t>(entry.source)] = !entry.ends_line();
  progress_.time_max = std::max(progress_.time_max, entry.time_nano);
}

void TestStream::Add(const std::string& frame) {
  Append(std::string_view(frame).substr(cut_bytes_));
  cut_bytes_ = 0;
  Count(frame);
  block_ += frame;
  progress_.whole_end = progress_.end;
  LogEntry entry;
  CHECK(DecodeLogEntry(std::string_view(frame).substr(kFrameHeaderBytes), entry));
  StreamItem item;
  item.segment = starts_.size() - 1;
  item.source = entry.source;
  item.time_nano = entry.time_nano;
  item.text = entry.line;
  item.ends_line = entry.ends_line();
  items_.push_back(std::move(item));
}

void TestStream::AddCut(const std::string& frame, size_t bytes) {
  CHECK_LT(bytes, frame.size());
  Append(std::string_view(frame).substr(0, bytes));
  cut_bytes_ = bytes;
}

void TestStream::IndexHere() {
  if (needs_segment_ || cut_bytes_ > 0 || index_.back().offset == progress_.whole_end) return;
  index_.push_back(LineHere());
  block_.clear();
}

void TestStream::Roll() {
  if (needs_segment_ || cut_bytes_ > 0 || starts_.back() == progress_.whole_end) return;
  IndexHere();
  OpenSegment();
}

void TestStream::Lose(const std::vector<std::string>& frames, GapReason reason, size_t cut_bytes) {
  if (cut_bytes > 0) AddCut(frames.front(), cut_bytes);
  Publish();
  StreamItem gap;
  gap.is_gap = true;
  gap.reason = reason;
  const uint64_t lines_before = progress_.counts.total();
  progress_.end = progress_.whole_end;
  for (const std::string& frame : frames) {
    Count(frame);
    progress_.end += frame.size();
  }
  progress_.whole_end = progress_.end;
  cut_bytes_ = 0;
  lease_->PublishDiscard(progress_);
  gap.lost_lines = progress_.counts.total() - lines_before;
  gap.segment = starts_.size();
  const bool goes_on = !items_.empty() && items_.back().is_gap && items_.back().segment == gap.segment;
  CHECK(!goes_on);
  items_.push_back(gap);
  needs_segment_ = true;
  is_after_discard_ = reason == GapReason::kDropNewest;
}

void TestStream::Publish() {
  if (starts_.empty() || needs_segment_) return;
  if (!unwritten_.empty()) {
    auto file = disk_.Open(lease_->SegmentPath(starts_.back()), OpenMode::kReadWrite);
    CHECK(file.ok());
    CHECK((*file)->WriteAt(written_end_ - starts_.back(), unwritten_).ok());
    written_end_ += unwritten_.size();
    unwritten_.clear();
  }
  if (starts_.back() > 0 || index_.size() > 1) {
    std::string bytes;
    for (const IndexLine& line : index_) bytes += EncodeIndexLine(line);
    disk_.SetContents(lease_->IndexPath(starts_.back()), bytes);
  }
  lease_->Publish(progress_);
}

void TestStream::End() {
  Publish();
  lease_->End();
}

void TestStream::DropFirst(size_t segments) {
  if (starts_.size() <= dropped_ + segments) return;
  dropped_ += segments;
  for (const Segment& segment : lease_->DropFirst(starts_[dropped_])) {
    CHECK(disk_.Unlink(lease_->SegmentPath(segment.start)).ok());
    (void)disk_.Unlink(lease_->IndexPath(segment.start));
  }
}

std::vector<StreamItem> TestStream::items() const {
  std::vector<StreamItem> here;
  for (const StreamItem& item : items_) {
    // A gap that nothing lies before is none.
    if (item.segment > dropped_ || (!item.is_gap && item.segment == dropped_)) here.push_back(item);
  }
  // Of what was lost at the very end nothing is known but that it was not kept.
  if (!here.empty() && here.back().is_gap) here.back().reason = GapReason::kDropNewest;
  return here;
}

}  // namespace tailrace
