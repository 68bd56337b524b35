// FifoReader: one FIFO and the stream it feeds: what to do at a visit, and when to come again. Intake thread only.
// Owns the FIFO's reading end and the StreamWriter; holds the stream's lease.
//
//     reading ──no space──► waiting for room ──1 s──► discarding ──room──► reading
//        │  └──limit block──► blocked ──block-max──►─┘   │
//        └──EOF──► done            EOF with a gap still to be closed ──► closing ──► done
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "intake/discard.h"
#include "intake/intake_stats.h"
#include "intake/pipe_size.h"
#include "intake/rest_policy.h"
#include "journal/intake_control.h"
#include "journal/journal.h"
#include "journal/stream_writer.h"

namespace tailrace {

class FifoReader {
 public:
  static constexpr size_t kVisitBytesMax = 1_MiB;
  static constexpr Nanos kNoSpaceRetry = std::chrono::milliseconds(10);
  static constexpr Nanos kNoSpaceMax = std::chrono::seconds(1);
  static constexpr Nanos kBlockedRetry = std::chrono::milliseconds(100);
  static constexpr Nanos kRoomRetry = std::chrono::milliseconds(200);
  static constexpr Nanos kRecoverMax = std::chrono::seconds(10);
  static constexpr Nanos kDiscardRest = std::chrono::milliseconds(5);
  // So long a discard waits for the rest of a frame. dockerd writes each frame by one write: it died in the middle.
  static constexpr Nanos kCutFrameMax = std::chrono::seconds(5);
  // A new segment is begun only when so much is free: creating on a full disk is what must not happen.
  static constexpr uint64_t kRoomBytes = 2_MiB;

  struct Parts {
    Disk& disk;
    Log& log;
    Journal& journal;
    IntakeReports& reports;
    IntakeStats& stats;
    PipeBudget& pipes;
    ProgressListener* progress = nullptr;  // may be null
  };
  // `fifo` is null when it is gone: the stream is over, and only what a discard left open remains to be done.
  FifoReader(const Parts& parts, StreamLease stream, std::unique_ptr<Fifo> fifo);
  ~FifoReader();
  FifoReader(const FifoReader&) = delete;
  FifoReader& operator=(const FifoReader&) = delete;

  struct Next {
    enum class Kind { kArm, kAt, kDone } kind = Kind::kArm;
    MonoTime at;     // kAt
    Nanos slack{0};  // kAt: so much earlier does no harm
  };
  Next Visit(MonoTime now, std::vector<char>& scratch);

  Stream& stream() { return *stream_; }
  // Hands the lease on; the reader is then only to be destroyed.
  StreamLease TakeStream() { return std::move(stream_); }
  Fifo* fifo() { return fifo_.get(); }
  void SetLimit(IntakeLimit limit) { limit_ = limit; }
  void RequestRoll() { writer_.RequestRoll(); }
  // Everything in the pipe now lies before this offset; end() reaches it when all of that has been moved.
  uint64_t PipeEnd();
  uint64_t end() const;
  // Ends the stream where it is (an unanswered StartLogging).
  void Abandon();

 private:
  enum class Mode { kReading, kNoRoom, kBlocked, kDiscarding, kClosing, kDone };

  void Count(const StreamWriter::Moved& moved);
  Next VisitReading(MonoTime now, std::vector<char>& scratch);
  Next VisitBlocked(MonoTime now, std::vector<char>& scratch);
  Next VisitDiscarding(MonoTime now, std::vector<char>& scratch);
  Next VisitClosing(MonoTime now);
  Next AfterFailure(MonoTime now, const Status& status);
  Next AfterMove(MonoTime now, const StreamWriter::Moved& moved);
  void Obey(MonoTime now);
  void StartDiscard();
  bool TryResume(MonoTime now);
  bool BeginAgain();
  bool IsOver();
  void CompleteCounts();
  void CountDiscarded(uint64_t lines);
  void TellDiscarded();
  void TellProgress(uint64_t bytes);
  Next AtEnd(MonoTime now);
  Next Finish();

  const Parts parts_;
  StreamLease stream_;
  std::unique_ptr<Fifo> fifo_;
  StreamWriter writer_;
  RestPolicy rest_policy_;
  PipeSize pipe_;
  std::optional<Discard> discard_;
  Mode mode_ = Mode::kReading;
  IntakeLimit limit_ = IntakeLimit::kNone;
  MonoTime last_visit_{0};
  MonoTime since_{0};       // of kNoRoom, kBlocked
  MonoTime waiting_since_{0};  // of kDiscarding: for the rest of a frame; 0: it is not
  std::optional<MonoTime> failed_at_;  // the last I/O error, not counting a full disk
  bool leaves_segment_ = false;        // after one: the next byte goes into another file
  MonoTime room_at_{0};     // when to look for room again
  std::optional<MonoTime> unread_since_;  // at the end, the segments could not be read
  bool lacks_counts_ = false;   // the discard does not know what came before it
  uint64_t lines_counted_ = 0;  // of this discard, already in the stats
};

}  // namespace tailrace
