// IntakeControl, IntakeReports, ProgressListener: the edges between intake and others, so that they need not know each
// other. All may be called from any thread and return at once.
#pragma once

#include "journal/journal.h"

namespace tailrace {

// What the limits say about a stream.
enum class IntakeLimit {
  kNone,
  kDiscard,  // read its lines away and count them
  kBlock,    // leave its FIFO alone, for at most spool-block-max
};

// Housekeeper → intake.
class IntakeControl {
 public:
  virtual ~IntakeControl() = default;
  // Begin a new segment at the next frame boundary, so that the present one can be synced undisturbed.
  virtual void RequestRoll(StreamId stream) = 0;
  virtual void SetLimit(StreamId stream, IntakeLimit limit) = 0;
};

// Intake → delivery: bytes of a stream with slots are there, or its end (0 bytes). Called often; must be cheap.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void OnProgress(uint64_t bytes) = 0;
};

// Intake → housekeeper.
class IntakeReports {
 public:
  virtual ~IntakeReports() = default;
  // The disk refused bytes of a stream: make room.
  virtual void ReportNoSpace() = 0;
  // The stream is over, and nothing more will be written to its folder: its link, and an empty folder, can go.
  virtual void ReportEnded(StreamLease stream) = 0;
};

}  // namespace tailrace
