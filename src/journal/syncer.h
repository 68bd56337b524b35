// Syncer: makes what intake has written durable, each spool-sync. Housekeeper thread only. Never syncs a busy file that
// is being appended to (that stalls the append 10–20 ms): a stream with much unsynced rolls first, and the sealed segment
// is synced; a quiet one is synced in place. Order: facts and folders, then segments.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "journal/intake_control.h"
#include "journal/journal.h"

namespace tailrace {

class Syncer {
 public:
  // A live stream with this much unsynced is rolled before it is synced.
  static constexpr uint64_t kBusyBytes = 1_MiB;

  Syncer(Journal& journal, Log& log) : journal_(journal), log_(log) {}

  // Syncs what is not yet durable of these streams; `is_last`: nobody writes any more, everything in place.
  // `control` may be null.
  void SyncAll(const std::vector<StreamLease>& streams, IntakeControl* control, bool is_last);

  uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }  // any thread

 private:
  struct State {
    bool has_folder = false;
    uint64_t synced = 0;        // everything of the stream before it is durable
    uint64_t roll_asked = UINT64_MAX;  // start of the segment for which a roll was asked
  };

  State& StateOf(Stream& stream);
  void SyncRoot();
  void SyncFolder(Stream& stream, State& state);
  void SyncSegments(Stream& stream, State& state, IntakeControl* control, bool is_last);
  bool SyncFile(const std::string& path);

  Journal& journal_;
  Log& log_;
  std::map<uint64_t, State> states_;  // by stream id
  bool has_root_ = false;
  std::atomic<uint64_t> errors_ = 0;
};

}  // namespace tailrace
