#include "intake/pipe_size.h"

namespace tailrace {

PipeSize::PipeSize(PipeBudget& budget, Fifo* fifo) : budget_(budget) {
  if (fifo != nullptr) bytes_ = fifo->Capacity();
  budget_.Take(extra());
}

void PipeSize::Grow(Fifo& fifo) {
  const size_t bytes = budget_.is_scarce() ? kScarceBytes : kBusyBytes;
  if (is_refused_ || bytes <= bytes_ || bytes - bytes_ > budget_.left()) return;
  // The kernel may be told to give less, or its own budget be nearly spent.
  is_refused_ = !Set(fifo, bytes) && (kScarceBytes <= bytes_ || !Set(fifo, kScarceBytes));
}

void PipeSize::Shrink(Fifo& fifo) {
  is_refused_ = false;
  // If more has come meanwhile, it is tried again the next time it is quiet.
  if (bytes_ > kQuietBytes) (void)Set(fifo, kQuietBytes);
}

bool PipeSize::Set(Fifo& fifo, size_t bytes) {
  if (!fifo.Resize(bytes).ok()) return false;
  budget_.Give(extra());
  bytes_ = bytes;
  budget_.Take(extra());
  return true;
}

}  // namespace tailrace
