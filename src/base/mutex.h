// Mutex, MutexLock, CondVar: the standard library's, with clang's thread-safety annotations. One Mutex per class,
// members GUARDED_BY it; never held across I/O or a callback, never two at once. Waits have deadlines.
#pragma once

#include <condition_variable>
#include <mutex>

#include "base/clock.h"

#if defined(__clang__)
#define TAILRACE_ANNOTATE(x) __attribute__((x))
#else
#define TAILRACE_ANNOTATE(x)
#endif
#define GUARDED_BY(mu) TAILRACE_ANNOTATE(guarded_by(mu))
#define REQUIRES(mu) TAILRACE_ANNOTATE(requires_capability(mu))
#define EXCLUDES(mu) TAILRACE_ANNOTATE(locks_excluded(mu))

namespace tailrace {

class TAILRACE_ANNOTATE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void Lock() TAILRACE_ANNOTATE(acquire_capability()) { mu_.lock(); }
  void Unlock() TAILRACE_ANNOTATE(release_capability()) { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

class TAILRACE_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mu) TAILRACE_ANNOTATE(acquire_capability(mu)) : mu_(mu) { mu_.Lock(); }
  ~MutexLock() TAILRACE_ANNOTATE(release_capability()) { mu_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

class CondVar {
 public:
  // Waits until notified, spuriously woken, or `timeout` is over (a timeout of zero or less returns at once).
  // True when it was not the timeout. Real time: with a fake clock, a test passes the timeouts itself.
  bool WaitFor(Mutex& mu, Nanos timeout) REQUIRES(mu) {
    // A deadline is at most an hour away, so that arithmetic on "never" cannot overflow; callers loop anyway.
    if (timeout > std::chrono::hours(1)) timeout = std::chrono::hours(1);
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    bool notified = cv_.wait_for(lock, timeout) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace tailrace
