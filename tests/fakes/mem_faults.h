// MemFaults: counts the calls that reach a MemDisk, refuses some, and lets the process die at one. Owned by MemKernel; one
// thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace tailrace {

// What is thrown by the call at which the process under test dies. Not a std::exception, so that nobody takes it for one.
// Until MemDisk::Crash or PowerLoss every further call has no effect and answers kGone, destructors' calls included (but a
// destructor that makes the fatal call itself ends the test: stop things by a method where death may be waiting).
struct SimulatedDeath {};

enum class DeathMode {
  kBefore,   // nothing of the call has happened
  kHalfway,  // about half of the pages of a write, half of what a splice moves; any other call: all of it
  kAfter,    // all of it, but nobody has seen the answer
};

enum class Call {
  kOpen, kReadAt, kWriteAt, kSize, kReserve, kUnreserve, kSync, kSplice, kLock,                         // File
  kOpenFifo, kAvailable, kPeek, kDrop, kResize,                                                         // Fifo
  kNewPoller, kPollAdd,                                                                                 // Poller
  kMakeDir, kRemoveDir, kRename, kUnlink, kMakeLink, kReadLink, kList, kStat, kSpace, kSyncDir,         // Disk
};

// Which calls a fault is about: of one of these kinds (none named: any kind), on a path that holds `path_part`.
struct CallFilter {
  std::vector<Call> kinds = {};
  std::string path_part = {};
};

class MemFaults {
 public:
  // Of the calls from now on that pass the filter, the k-th (from 1) fails with `code`; or all from the k-th on.
  void FailCall(uint64_t k, StatusCode code, CallFilter filter);
  void FailFrom(uint64_t k, StatusCode code, CallFilter filter);
  void ClearFailures() { rules_.clear(); }
  // At the k-th call from now (from 1) that changes something, SimulatedDeath is thrown. k = 0: never.
  void DieAtCall(uint64_t k, DeathMode mode);

  uint64_t calls() const { return calls_; }          // all so far
  uint64_t mutations() const { return mutations_; }  // those among them that would change something
  uint64_t refused() const { return refused_; }
  bool is_dead() const { return is_dead_; }

  // Around each call. Begin refuses or throws; End throws when the call was the last.
  Status Begin(Call call, const std::string& path, bool is_mutation);
  bool is_halfway() const { return is_dying_ && mode_ == DeathMode::kHalfway; }
  void End();
  // The process is started again.
  void Revive();

 private:
  struct Rule {
    uint64_t first = 0;  // counted in `seen`
    uint64_t last = 0;
    StatusCode code = StatusCode::kIo;
    CallFilter filter;
    uint64_t seen = 0;
  };

  std::vector<Rule> rules_;
  uint64_t calls_ = 0;
  uint64_t mutations_ = 0;
  uint64_t refused_ = 0;
  uint64_t death_at_ = 0;  // counted in mutations_
  DeathMode mode_ = DeathMode::kBefore;
  bool is_dying_ = false;  // in the call that is the last
  bool is_dead_ = false;
};

}  // namespace tailrace
