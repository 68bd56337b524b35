// Stream: the shared state of one FIFO's bytes on disk. Owned by Journal; users hold a StreamLease (journal.h).
// Written by intake (Publish, AddSegment, End) and the housekeeper (DropFirst); read by readers and, later, delivery.
// One Mutex, never held over I/O. Does no I/O itself.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "journal/position.h"
#include "journal/stream_facts.h"

namespace tailrace {

// Wakes whoever waits for news of a container: new bytes, a new stream, an end. Owned by Journal, outlives its streams.
class ContainerSignal {
 public:
  uint64_t Sequence();
  void Raise();
  // Returns when Sequence() != seen or the timeout is over.
  void WaitChanged(uint64_t seen, Nanos timeout);

  // How many readers follow the container; intake rests shorter while any does.
  void AddFollower(int delta);
  bool has_followers();

 private:
  Mutex mu_;
  CondVar changed_;
  uint64_t sequence_ GUARDED_BY(mu_) = 0;
  int waiting_ GUARDED_BY(mu_) = 0;
  int followers_ GUARDED_BY(mu_) = 0;
};

// Offsets beyond it are damage: a container that writes 1 GB/s would need 36 years.
inline constexpr uint64_t kStreamBytesMax = uint64_t{1} << 60;

// A file of the stream: bytes [start, end) of it; end is the next roll, or where it was cut by a discard.
struct Segment {
  uint64_t start = 0;
  uint64_t end = 0;
  bool after_discard = false;  // a gap with reason drop-newest lies before it
  uint64_t bytes() const { return end - start; }
};

// How far intake has come. `end` may lie in mid-frame; everything else is as of `whole_end`.
struct StreamProgress {
  uint64_t end = 0;
  uint64_t whole_end = 0;  // behind the last whole frame
  LineCounts counts;
  int64_t time_max = 0;    // running maximum of the frames' times
  std::array<bool, kSources> is_open{};  // a line of that source has pieces but no end yet
};

// "<20 digits><suffix>": the name of a segment's file, or of its index.
std::string SegmentName(uint64_t start, std::string_view suffix);

enum class GapReason { kDropOldest, kDropNewest, kDamage };
std::string_view GapReasonName(GapReason reason);

// What lies at an offset.
struct Place {
  enum class Kind {
    kData,  // bytes [offset, readable_end) can be read from the segment that starts at `segment_start`
    kGap,   // bytes [offset, gap_end) are gone
    kWait,  // nothing yet
    kEnd,   // the stream has ended here
  };
  Kind kind = Kind::kWait;
  uint64_t segment_start = 0;
  uint64_t readable_end = 0;
  bool is_sealed = false;  // kData: nothing will be appended to this segment; it may end in a cut frame (before a gap)
  uint64_t gap_end = 0;
  GapReason reason = GapReason::kDropOldest;
};

class Stream {
 public:
  Stream(StreamFacts facts, std::string directory, ContainerSignal& signal);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const StreamFacts& facts() const { return facts_; }
  StreamId id() const { return facts_.id; }
  const std::string& directory() const { return directory_; }
  ContainerSignal& signal() { return signal_; }
  std::string SegmentPath(uint64_t start) const;  // <directory>/<20 digits>.log
  std::string IndexPath(uint64_t start) const;    // <directory>/<20 digits>.idx

  // False for a stream that the disk refused at its start: it lives in memory, and its lines are read away and counted.
  bool is_committed() const;
  void SetCommitted(bool is_committed);

  // Set up, before anyone else sees the stream.
  void Load(std::vector<Segment> segments, const StreamProgress& progress, bool ended);

  // Intake.
  // The newest segment ends here, with what was not published yet; call it before the next one is added.
  void Seal(uint64_t end);
  void AddSegment(const Segment& segment);
  void Publish(const StreamProgress& progress);
  // A discard has come to progress.end: bytes from the newest segment's end up to there are gone. Wakes nobody: the gap
  // is shown when its end is known, that is when a segment begins there or the stream ends.
  void PublishDiscard(const StreamProgress& progress);
  void End();

  // Anyone.
  struct State {
    uint64_t first = 0;       // offset of the first byte still here
    StreamProgress progress;
    bool ended = false;
    bool empty() const { return progress.end == 0; }
  };
  State Snapshot() const;
  std::vector<Segment> Segments() const;
  Place Locate(uint64_t offset) const;
  bool ended() const;
  // Before it everything is durable, as far as is known: an ended stream that was found on disk has been synced but for
  // its newest segment. 0 for one that this process made or goes on with.
  uint64_t durable_at_load() const;

  // Housekeeper: forgets the segments that start before `start` (never the newest) and returns them, to be unlinked.
  std::vector<Segment> DropFirst(uint64_t start);
  // Housekeeper: forgets all segments of an ended stream.
  std::vector<Segment> DropAll();

 private:
  Place LocateTailLocked(uint64_t offset) const REQUIRES(mu_);

  const StreamFacts facts_;
  const std::string directory_;
  ContainerSignal& signal_;

  mutable Mutex mu_;
  std::vector<Segment> segments_ GUARDED_BY(mu_);  // by start
  uint64_t dropped_end_ GUARDED_BY(mu_) = 0;       // DropAll: where the last segment ended
  StreamProgress progress_ GUARDED_BY(mu_);
  bool ended_ GUARDED_BY(mu_) = false;
  uint64_t durable_at_load_ GUARDED_BY(mu_) = 0;
  bool is_committed_ GUARDED_BY(mu_) = true;
};

}  // namespace tailrace
