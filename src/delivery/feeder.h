// Feeder: puts records of a destination's streams into a batch: new ones by deficit round-robin, so that a noisy
// container cannot starve a quiet one; and again those of a retry group, or of a stream that is held. Owned by a
// Destination. Delivery thread.
#pragma once

#include <vector>

#include "delivery/batch.h"
#include "delivery/books.h"
#include "delivery/read_buffer.h"
#include "delivery/retry_groups.h"
#include "delivery/stream_slot.h"

namespace tailrace {

class Feeder {
 public:
  static constexpr int64_t kQuantumBytes = 64_KiB;
  // A held record that does not fit now is tried again after.
  static constexpr Nanos kHeldAgain = std::chrono::seconds(1);

  struct Parts {
    Disk& disk;
    ReadBuffer& buffer;
    Books& books;
    bool is_ordered = false;  // a stream with something under way is fed nothing more
  };
  explicit Feeder(const Parts& parts) : parts_(parts) {}

  void Add(StreamSlot& slot) { slots_.push_back(&slot); }
  void Remove(const StreamSlot& slot);

  // Of the streams that may be fed; counting stops at `enough`.
  uint64_t UnreadBytes(uint64_t enough) const;
  // Each fills until the batch is full or there is no more. What does not fit comes again next time.
  // Returns the bytes of the streams that were walked.
  uint64_t FillNew(Batch& batch, const BatchLimits& limits);
  void FillGroup(Batch& batch, const BatchLimits& limits, RetryGroups& groups, RetryGroup& group);
  // One record of each stream that is held and whose time has come.
  void FillHeld(Batch& batch, MonoTime now);

  // The front record of `range` into the batch; `range` is what remains. False: it did not fit.
  bool FillRange(Batch& batch, const BatchLimits& limits, RetryRange& range);

 private:
  enum class Turn { kUsed, kDry, kFull };
  enum class Taken { kTaken, kPassed, kFull };

  bool MayFeed(const StreamSlot& slot) const;
  Turn FillFrom(StreamSlot& slot, Batch& batch, const BatchLimits& limits);
  Taken Take(StreamSlot& slot, Record& record, Batch& batch, const BatchLimits& limits);
  bool CountMarker(StreamSlot& slot, Record& record);

  const Parts parts_;
  std::vector<StreamSlot*> slots_;
  size_t turn_ = 0;
  bool is_turn_begun_ = false;  // its stream has got its quantum
  uint64_t walked_ = 0;
};

}  // namespace tailrace
