// StreamSlot: one slot of one stream: its sink, how far it has been delivered, where it is being read, and what of it
// an operator has to mend. Owned by its Destination. Delivery thread.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "delivery/record_reader.h"
#include "delivery/settled_set.h"
#include "journal/cursor.h"
#include "journal/journal.h"
#include "sinks/sink.h"

namespace tailrace {

class StreamSlot {
 public:
  // Gaps that are read past and whose markers are not yet delivered.
  static constexpr size_t kGapsMax = 64;
  // Ranges that wait for their retry: far fewer than a destination has room for, so that one stream never stops the others.
  static constexpr size_t kRetriesMax = 512;

  struct Parts {
    StreamLease stream;
    std::string name;                 // of the slot: "es"
    std::unique_ptr<Sink> sink;
    StreamDescription description;
    CursorFile cursor;
  };
  StreamSlot(Disk& disk, Parts parts);
  StreamSlot(const StreamSlot&) = delete;
  StreamSlot& operator=(const StreamSlot&) = delete;

  Stream& stream() { return *parts_.stream; }
  const Stream& stream() const { return *parts_.stream; }
  const std::string& name() const { return parts_.name; }
  const Sink& sink() const { return *parts_.sink; }
  const std::vector<std::string>& pieces() const { return pieces_; }
  RecordReader& reader() { return *reader_; }
  const RecordReader& reader() const { return *reader_; }
  std::string CursorPath() const { return CursorPath(*parts_.stream, parts_.name); }
  static std::string CursorPath(const Stream& stream, const std::string& slot);

  // Whole bytes, ready records or an end that the reader has not come to.
  uint64_t UnreadBytes() const;
  // It may be given records: nothing is held, and there is room to note what settles out of order, or what is read next
  // (after a rewind) fills holes.
  bool MayFeed() const;
  // Reading begins at the frontier again; records that are settled above it will be passed over.
  void Rewind();

  bool IsSettled(const RecordPlace& place) const {
    const bool is_marker = place.kind == RecordKind::kMarker;
    return SetOf(place.tile.source).Contains(is_marker ? place.tile.begin : place.first);
  }
  // Lines that a marker stands for, less what of them had its outcome before they were lost.
  uint64_t LinesLost(const Record& marker) const;
  // A marker was read: what it settles of the other source is kept until it is.
  void NoteMarker(const Record& marker);
  // Returns the lines that had their outcome by it.
  uint64_t Settle(const RecordPlace& place, Settlement how);
  uint64_t Settle(const Tile& tile, Settlement how);
  // A source that says nothing must not hold the frontier.
  void SettleIdle();
  // The stream has ended and everything of it has had its outcome.
  bool IsFinished() const;
  uint64_t frontier() const { return std::min(sets_[0].frontier(), sets_[1].frontier()); }
  // Line ends that intake has counted, and that have had their outcome.
  uint64_t LinesTaken() const;
  uint64_t LinesSettled() const { return sets_[0].lines() + sets_[1].lines(); }
  // Bytes that are here, from where everything has had its outcome.
  uint64_t BytesWaiting() const;
  // How long the oldest line without an outcome has been waiting, about; zero: there is none. What it can know depends
  // on being asked now and then while nothing waits.
  Nanos OldestWaiting(MonoTime now, WallTime wall);
  const SettledSet& SetOf(Source source) const { return sets_[static_cast<size_t>(source)]; }

  // Everything before was handed to the transport some time, by this process or one before.
  uint64_t sent_up_to() const { return sent_up_to_; }
  void NoteSent(uint64_t end) { sent_up_to_ = std::max(sent_up_to_, end); }
  void NoteSent(const RecordPlace& place);
  // The cursor file says less than this object does.
  bool IsCursorBehind() const;
  Status WriteCursor();
  // What was written has been made durable; the other copy is written from now on.
  void MarkCursorSynced() { parts_.cursor.MarkSynced(); }

  // Held: an operator has to mend something; nothing new is fed, one record is tried now and then.
  bool is_held = false;
  std::vector<RetryRange> held;
  MonoTime hold_until{0};      // kNever: the one record is on its way
  std::string hold_error;

  // Answers in a row that took no record of it, although each was judged by itself.
  struct Refusals {
    int answers = 0;
    MonoTime since{0};
    uint64_t delivered_then = 0;  // lines that the destination had delivered
  };
  Refusals refusals;

  int64_t deficit = 0;      // of the round-robin, bytes
  size_t in_batches = 0;    // records that wait for an answer
  size_t in_groups = 0;     // ranges that wait for their retry
  uint64_t lines_before = 0;     // settled when the destination got it
  MonoTime attached_at{0};       // to the destination

 private:
  uint64_t LinesTaken(const Stream::State& state, size_t source) const;
  uint64_t SettleMarker(const RecordPlace& place);

  Disk& disk_;
  Parts parts_;
  const std::vector<std::string> pieces_;
  std::array<SettledSet, kSources> sets_;
  std::unique_ptr<RecordReader> reader_;
  std::map<uint64_t, Tile> marker_tiles_;  // by the end of the gap
  uint64_t sent_up_to_;
  MonoTime caught_up_at_{0};                   // nothing waited then; 0: never seen
  std::array<int64_t, kSources> oldest_time_{};  // of the last record before the frontier, or of the first sent; 0: unknown
  bool has_write_failed_ = false;
};

}  // namespace tailrace
