// Intake: moves the bytes of all FIFOs into their streams. One thread (Start), or a test that calls RunOnce. Owned by
// App; all other public calls come from any thread, through a mailbox, and wait no longer than their deadline.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "intake/fifo_reader.h"
#include "journal/intake_control.h"
#include "journal/journal.h"

namespace tailrace {

class Intake : public IntakeControl {
 public:
  struct Parts {
    Disk& disk;
    Clock& clock;
    Log& log;
    Journal& journal;
    IntakeReports& reports;
    ProgressListener* progress = nullptr;  // may be null
  };
  explicit Intake(const Parts& parts);
  ~Intake() override;
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  void Start();
  // Stops taking; what is in the pipes stays there. The streams stay as they are, to be re-attached.
  void Stop();
  // One turn: the mail, the wait until `deadline` at most, the visits that are due.
  void RunOnce(MonoTime deadline);

  // Takes over a FIFO and the stream that it feeds. `fifo` null: it is gone, the stream ends.
  void Register(StreamLease stream, std::unique_ptr<Fifo> fifo);
  // Visits the FIFO now and returns when all that was in the pipe at the time of the call has been moved (true), or at
  // the deadline (false). A stream that is not being read: true at once.
  bool Drain(StreamId stream, MonoTime deadline);
  // Undoes a Register whose StartLogging was never answered: closes the FIFO, ends the stream.
  void Abandon(StreamId stream);
  // IntakeControl.
  void RequestRoll(StreamId stream) override;
  void SetLimit(StreamId stream, IntakeLimit limit) override;

  const IntakeStats& stats() const { return stats_; }

 private:
  struct NewReader {
    StreamLease stream;
    std::unique_ptr<Fifo> fifo;
  };
  struct AbandonStream { StreamId stream; };
  struct RollStream { StreamId stream; };
  struct LimitStream { StreamId stream; IntakeLimit limit; };
  using Mail = std::variant<NewReader, AbandonStream, RollStream, LimitStream>;

  struct Slot {
    std::unique_ptr<FifoReader> reader;
    FifoReader::Next next;
    bool can_poll = false;  // in the poller; else it is visited by time
  };
  // A Drain that waits; lives on its caller's stack, and in the list under the mutex.
  struct DrainRequest {
    uint64_t number = 0;   // tells it from others of the same stream
    StreamId stream;
    uint64_t goal = 0;
    bool is_seen = false;  // `goal` is set
    bool is_done = false;
  };

  void Post(Mail mail);
  void TakeMail(MonoTime now);
  void Take(NewReader& mail, MonoTime now);
  void Take(AbandonStream& mail, MonoTime now);
  void Take(RollStream& mail, MonoTime now);
  void Take(LimitStream& mail, MonoTime now);
  void ServeDrains(std::vector<DrainRequest>& requests, MonoTime now);
  bool ServeDrain(DrainRequest& request, MonoTime now);
  void Visit(uint64_t token, MonoTime now);
  void VisitDue(MonoTime now);
  void Remove(uint64_t token);
  MonoTime NextDue() const;

  const Parts parts_;
  std::unique_ptr<Poller> poller_;
  IntakeStats stats_;
  Thread thread_;

  // Intake thread only. Tokens are stream ids.
  PipeBudget pipes_;  // outlives the readers
  std::unordered_map<uint64_t, Slot> slots_;
  std::vector<uint64_t> busy_;   // tokens with a time
  std::vector<uint64_t> fired_;
  std::vector<uint64_t> due_;
  std::vector<char> scratch_;

  Mutex mu_;
  CondVar drained_;
  std::vector<Mail> mail_ GUARDED_BY(mu_);
  std::vector<DrainRequest*> drains_ GUARDED_BY(mu_);
  uint64_t drain_number_ GUARDED_BY(mu_) = 0;
  bool is_stopping_ GUARDED_BY(mu_) = false;
};

}  // namespace tailrace
