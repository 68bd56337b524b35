#include "process.h"

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>

#include "base/check.h"

namespace tailrace {

namespace {

// Sanitizers make frames several times as large.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kStackBytes = 2 * 1024 * 1024;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr size_t kStackBytes = 2 * 1024 * 1024;
#else
constexpr size_t kStackBytes = 256 * 1024;
#endif
#else
constexpr size_t kStackBytes = 256 * 1024;
#endif

constexpr int kArenasMax = 2;

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void SetStackSize() {
  pthread_attr_t attributes;
  CHECK_EQ(pthread_attr_init(&attributes), 0);
  CHECK_EQ(pthread_attr_setstacksize(&attributes, kStackBytes), 0);
  CHECK_EQ(pthread_setattr_default_np(&attributes), 0);
  pthread_attr_destroy(&attributes);
}

// Each container has a FIFO and a segment open.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void PrepareProcess() {
  sigset_t signals = StopSignals();
  CHECK_EQ(pthread_sigmask(SIG_BLOCK, &signals, nullptr), 0);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);
  mallopt(M_ARENA_MAX, kArenasMax);
  SetStackSize();
  RaiseFileLimit();
  umask(077);
}

StopSignal::StopSignal() {
  sigset_t signals = StopSignals();
  fd_ = UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  CHECK(fd_.is_open());
}

bool StopSignal::Wait(Nanos timeout) {
  if (has_come_) return true;
  constexpr Nanos kLongest = std::chrono::hours(1);
  pollfd waiting{fd_.get(), POLLIN, 0};
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::min(timeout, kLongest)).count();
  if (poll(&waiting, 1, static_cast<int>(milliseconds)) > 0) {
    signalfd_siginfo signal{};
    has_come_ = read(fd_.get(), &signal, sizeof(signal)) == static_cast<ssize_t>(sizeof(signal));
  }
  return has_come_;
}

}  // namespace tailrace
