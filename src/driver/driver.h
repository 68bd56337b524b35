// Driver: what the plugin's verbs mean. Owned by App; Start, Stop, UndoStart and Read may be called from any thread;
// Reattach once, before the socket accepts: before anything else. No network, no fsync, no lock across I/O.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/mutex.h"
#include "config/options.h"
#include "driver/container_info.h"
#include "driver/slot_plans.h"
#include "intake/intake.h"
#include "journal/journal.h"
#include "sinks/spool/log_reader.h"

namespace tailrace {

class Driver {
 public:
  static constexpr Nanos kStopMax = std::chrono::seconds(2);         // StopLogging waits no longer
  static constexpr Nanos kVisitMax = std::chrono::milliseconds(50);  // before ReadLogs
  static constexpr size_t kRepeatedMax = 1000;

  struct Parts {
    Disk& disk;
    Clock& clock;
    Log& log;
    Journal& journal;
    Intake& intake;
    const OptionTable& table;
    const PluginOptions& options;
    std::string host_name;
    // The folder of FIFOs when it is this process's own; else empty.
    std::string own_fifo_directory = {};
    // Both null: there are no destinations, and options of such are unknown.
    const SlotPlans* slots = nullptr;
    Delivery* delivery = nullptr;
  };
  explicit Driver(const Parts& parts);

  // Opens the FIFO of every stream in `live/` and hands it to intake; one whose FIFO is gone ends there and then.
  // In the process's own folder also the FIFOs that `live/` does not name (the spool was wiped, or another root
  // serves): nobody else would read them, and their containers would hang. Whose they are is not known: their lines
  // are counted.
  void Reattach();

  // StartLogging: checks the options, opens the FIFO, commits the stream, hands both to intake. The same file and
  // container again: success, nothing changes. kInvalid: the sentence for the user. Our own disk is never a reason.
  Status Start(const StartRequest& request);
  // The client of a Start went away before it was answered: the stream ends, as nothing can have flowed (rule R8).
  void UndoStart(const std::string& file);

  // StopLogging: waits until what is in the pipe has been moved, at most kStopMax. Unknown files are fine.
  void Stop(const std::string& file);

  // ReadLogs: visits the container's FIFOs, then reads. Never fails for a container that has no lines.
  std::unique_ptr<LogReader> Read(const ReadRequest& request);

 private:
  // One Start at a time for a file.
  class Turn;

  void AttachUnknown();
  // Hands a live stream to intake. A FIFO that is there and cannot be opened is no end: its container may still write,
  // so it is tried again at the next call of anything.
  void TakeUp(StreamLease stream);
  void TakeUpUnread();
  Status CheckKnown(const StartRequest& request, const Stream& stream);
  Status StartNew(const StartRequest& request);
  Result<ContainerOptions> OptionsOf(const ContainerInfo& info);
  bool StartedBefore(const std::string& container_id, const std::map<std::string, OptionValue>& frozen);
  Result<std::vector<std::string>> SlotsOf(const ContainerInfo& info, const ContainerOptions& options);
  StreamFacts FactsOf(const StartRequest& request, const ContainerOptions& options);
  StreamLease Commit(StreamFacts facts);
  void Deliver(const Stream& stream);

  const Parts parts_;
  Mutex mu_;
  CondVar turn_over_;
  std::set<std::string> starting_ GUARDED_BY(mu_);  // files that a Start is busy with
  std::set<std::string> repeated_ GUARDED_BY(mu_);  // files that were started again: somebody got an answer
  std::vector<StreamLease> unread_ GUARDED_BY(mu_);  // live, and their FIFO could not be opened yet
};

}  // namespace tailrace
