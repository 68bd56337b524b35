// TestSpool and TestStream: a journal in memory, and a stream whose segments and index a test lays out frame by frame:
// tiny segments, an index line wherever it likes, gaps of every kind. What was put in can be asked for again, as the
// oracle of a reader needs it. Owned by the test; one thread (others may read through the journal).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/index.h"
#include "journal/journal.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {

struct TestSpool {
  explicit TestSpool(uint64_t seed = 1);
  StreamLease NewStream(const std::string& container = "c0ffee");

  FakeClock clock;
  MemDisk disk{clock};
  SeededRandom random;
  MemoryLog log;
  Journal journal;
};

// What lies in a stream, one behind the other: frames, and gaps between them.
struct StreamItem {
  bool is_gap = false;
  size_t segment = 0;  // the frame's; of a gap, the one behind it
  // A frame.
  Source source = Source::kStdout;
  int64_t time_nano = 0;
  std::string text;
  bool ends_line = true;
  // A gap.
  uint64_t lost_lines = 0;
  GapReason reason = GapReason::kDamage;
};

class TestStream {
 public:
  TestStream(MemDisk& disk, StreamLease lease) : disk_(disk), lease_(std::move(lease)) {}

  // Nothing is seen by readers before Publish.
  void Add(const std::string& frame);
  // The beginning of a frame whose rest has not come (yet): the next Add completes it, if it is that frame.
  void AddCut(const std::string& frame, size_t bytes);
  void IndexHere();
  void Roll();  // the next frame begins a segment, made at once
  // The frames never reach the disk; of the first of them `cut_bytes` do.
  void Lose(const std::vector<std::string>& frames, GapReason reason, size_t cut_bytes);
  void Publish();
  void End();
  // Retention: the oldest segments go.
  void DropFirst(size_t segments);

  Stream& stream() { return *lease_; }
  // Frames and gaps behind what was dropped.
  std::vector<StreamItem> items() const;
  uint64_t whole_end() const { return progress_.whole_end; }
  std::string SegmentPath(size_t segment) const { return lease_->SegmentPath(starts_[segment]); }
  std::string IndexPath(size_t segment) const { return lease_->IndexPath(starts_[segment]); }
  const std::vector<uint64_t>& segment_starts() const { return starts_; }

 private:
  void OpenSegment();
  void Count(const std::string& frame);
  IndexLine LineHere() const;
  void Append(std::string_view bytes);

  MemDisk& disk_;
  StreamLease lease_;
  StreamProgress progress_;
  std::vector<uint64_t> starts_;      // of all segments ever
  size_t dropped_ = 0;                // of them
  bool needs_segment_ = true;
  bool is_after_discard_ = false;
  std::string unwritten_;             // of the present segment
  uint64_t written_end_ = 0;
  std::string block_;                 // bytes since the last index line
  uint64_t cut_bytes_ = 0;            // of a frame that is not whole, at the end
  std::vector<IndexLine> index_;      // of the present segment
  std::vector<StreamItem> items_;
};

}  // namespace tailrace
