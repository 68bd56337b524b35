// Intake: moves bytes from all FIFOs into their streams. One thread (Run), or a test calling RunOnce. Owned by App.
// The public calls come from any thread: they go through a mailbox, and wait at most for their deadline.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "journal/journal.h"

namespace tailrace {

class Intake {
 public:
  virtual ~Intake() = default;
  // Takes over a FIFO and the stream that it feeds. Returns at once.
  virtual void Register(StreamLease stream, std::unique_ptr<Fifo> fifo) = 0;
  // Visits the FIFO of this stream now and returns when all that was in the pipe at the time of the call has been moved
  // (true), or at the deadline (false). A stream that is not being read: true at once.
  virtual bool Drain(StreamId stream, MonoTime deadline) = 0;
  // Undoes a Register whose StartLogging was never answered: closes the FIFO, ends the stream.
  virtual void Abandon(StreamId stream) = 0;
};

}  // namespace tailrace
