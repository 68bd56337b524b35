// PipeSize: how large a FIFO's pipe is: grown while the FIFO is busy, so that it may rest longer between visits, and made
// small again when it is quiet. The kernel counts the pipes of a user (fs.pipe-user-pages-soft, 64 MiB) and gives root's
// programs, those in containers too, pipes of 8 KiB when that is used up: so all FIFOs together stay far below it.
// A PipeBudget is Intake's, a PipeSize its FifoReader's; intake thread.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/disk.h"

namespace tailrace {

class PipeBudget {
 public:
  static constexpr size_t kBytesMax = 32_MiB;  // beyond what Linux gives each pipe

  size_t left() const { return used_ < kBytesMax ? kBytesMax - used_ : 0; }
  bool is_scarce() const { return used_ > kBytesMax / 2; }
  void Take(size_t bytes) { used_ += bytes; }
  void Give(size_t bytes) { used_ -= bytes; }

 private:
  size_t used_ = 0;
};

class PipeSize {
 public:
  static constexpr size_t kQuietBytes = 64_KiB;    // what Linux gives
  static constexpr size_t kBusyBytes = 1_MiB;      // what it gives to anybody who asks
  static constexpr size_t kScarceBytes = 256_KiB;  // for those that come when half of the budget is used

  // The pipe may have been grown by the process before this one. `fifo` may be null; it need not outlive the call.
  PipeSize(PipeBudget& budget, Fifo* fifo);
  ~PipeSize() { budget_.Give(extra()); }
  PipeSize(const PipeSize&) = delete;
  PipeSize& operator=(const PipeSize&) = delete;

  size_t bytes() const { return bytes_; }
  // As far as the budget and the kernel allow.
  void Grow(Fifo& fifo);
  void Shrink(Fifo& fifo);

 private:
  size_t extra() const { return bytes_ > kQuietBytes ? bytes_ - kQuietBytes : 0; }
  bool Set(Fifo& fifo, size_t bytes);

  PipeBudget& budget_;
  size_t bytes_ = kQuietBytes;
  bool is_refused_ = false;  // until it is quiet again: it is the user's budget that is spent
};

}  // namespace tailrace
