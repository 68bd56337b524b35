// Proc: what /proc says of another process. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace tailrace {

// CPU seconds by the ticks of /proc/PID/stat, all threads, those that ended included.
double CpuOf(pid_t pid);
// Of the threads that are there now, by the scheduler's own clock: what wakes at ticks is counted too often by them.
double ExactCpuOf(pid_t pid);
// rchar: files and pipes.
uint64_t BytesReadBy(pid_t pid);
uint64_t ResidentKiB(pid_t pid);

}  // namespace tailrace
