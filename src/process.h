// Process: what is set once for the whole process, and the signals that end it. Main thread only.
#pragma once

#include "base/clock.h"
#include "base/unique_fd.h"

namespace tailrace {

// Before any other thread: SIGTERM and SIGINT no longer kill (as process 1 they would do nothing at all), a vanished
// reader is an error and no signal, children are reaped by the kernel; few malloc arenas and small stacks, since
// hundreds of threads may come and go; as many open files as the system allows; files for the owner alone.
void PrepareProcess();

class StopSignal {
 public:
  StopSignal();  // After PrepareProcess.

  // Waits until SIGTERM or SIGINT has come, once and for all, or `timeout` is over. True: it has come.
  bool Wait(Nanos timeout);

 private:
  UniqueFd fd_;  // a signalfd
  bool has_come_ = false;
};

}  // namespace tailrace
