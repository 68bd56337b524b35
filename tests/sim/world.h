// World: the product's own loops on a disk in memory, and a dockerd that writes; one seed decides everything. Verbs
// for a script or for an Actor, and the oracle. The first thing found wrong is kept as complaint(). Owned by the
// test; one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"
#include "tests/sim/hardness.h"
#include "tests/sim/log_check.h"
#include "tests/sim/mini_app.h"
#include "tests/sim/read_back.h"
#include "tests/sim/traffic.h"
#include "tests/sim/written.h"

namespace tailrace {

struct SimContainer {
  ContainerInfo info;
  SpoolSettings spool;  // what the options in `info` mean
};

// One FIFO as dockerd sees it.
struct SimWriter {
  size_t container = 0;
  std::string fifo;
  std::unique_ptr<MemWriter> pipe;
  Written written;
  StreamId id;
  bool has_id = false;          // StartLogging was answered
  bool is_closed = false;
  bool is_unlinked = false;
  bool is_forgotten = false;    // was in memory only when the process was killed: nothing of it is promised
  bool has_lost_power = false;
  std::vector<ByteRange> certain;  // after a power loss: what was synced
};

class World {
 public:
  struct Options {
    uint64_t seed = 0;
    Housekeeper::Settings housekeeping;
    // Called before the first start, for faults that may meet it.
    std::function<void(MemDisk&)> before_start = {};
    bool may_discard = false;
  };
  World(const Options& options, Hardness& hardness);
  ~World();

  const std::string& complaint() const { return complaint_; }
  void Complain(const std::string& what);
  // What happened, for whoever looks for the reason of a complaint.
  void Trace(const std::string& what);
  std::string TraceText();

  // Runs a piece of the product's code or of dockerd's; when the process dies in it, it is buried and started anew.
  void Run(const std::function<void()>& action);

  // dockerd.
  size_t AddContainer(const SpoolSettings& spool);
  SimWriter& StartWriter(size_t container);
  void Pump(SimWriter& writer);   // writes what it means to write, until the pipe is full
  void PumpAll();
  void CloseWriter(SimWriter& writer);  // without asking anybody
  void StopWriter(SimWriter& writer);   // StopLogging, then close
  void UnlinkClosed();                  // removes the FIFOs of closed writers that are empty

  // The product's loops.
  void IntakeTurn(Nanos wait);
  void HousekeeperTurn();
  // Both and all writers, in steps, for so long.
  void RunFor(Nanos duration);

  // Ends of the process. A death that was armed on the disk ends as is said here.
  void SetDeath(bool is_power_loss) { death_is_power_loss_ = is_power_loss; }
  void Kill();
  void LosePower();

  // The oracle.
  void CheckStream(SimWriter& writer, bool is_final);
  void CheckAll(bool is_final);
  void CheckLogs(size_t container);
  // Everything that is in the journal now is durable once two syncs have passed.
  void CheckDurable();
  // No pipe holds anything, once every policy's time is over.
  void CheckNotStuck();
  // Faults end, there is room, all that was written is taken; then everything is checked.
  void Finish();

  FakeClock& clock() { return clock_; }
  MemDisk& disk() { return disk_; }
  SeededRandom& random() { return random_; }
  Traffic& traffic() { return traffic_; }
  MemoryLog& log() { return log_; }
  Hardness& hardness() { return hardness_; }
  MiniApp& app() { return *app_; }
  std::vector<std::unique_ptr<SimWriter>>& writers() { return writers_; }
  std::vector<SimContainer>& containers() { return containers_; }
  // After a death that was armed, the next life dies at its k-th call, too; 0: it does not.
  void SetSecondDeath(uint64_t k, DeathMode mode);
  // Called before the process goes, for whoever holds something of it.
  std::function<void()> before_end;
  // Room was short or calls failed at some time: then lines may have been discarded.
  bool may_discard = false;
  bool has_failed = false;       // calls failed in this life
  bool has_ever_failed = false;  // a sync that failed is final: what it left behind, no later process can make durable
  bool kills_at_end = true;
  bool may_drop_early = false;  // segments went although the history was not full

 private:
  void Bury(bool is_power_loss);
  void Revive();
  void NoteEnd(bool is_power_loss);
  void NoteDiscards();
  void LosePipes();
  void NoteCertain();
  void NoteAttached();
  void CheckFinalRead(const SimWriter& writer, const StreamRead& read);
  void CheckCertain(const SimWriter& writer, const StreamRead& read, uint64_t first);
  void CheckMissing(const SimWriter& writer);
  void CheckHistory(size_t container);
  void CheckEnd();
  void CheckLeftovers();
  std::vector<LogLine> AskLog(size_t container, const ReadOptions& options);
  std::optional<std::vector<LogStream>> LogStreamsOf(size_t container);
  void CountGaps(const StreamRead& read);

  const uint64_t seed_;
  const Housekeeper::Settings settings_;
  Hardness& hardness_;
  SeededRandom random_;
  SeededRandom product_random_;
  FakeClock clock_;
  MemDisk disk_;
  MemoryLog log_;
  Traffic traffic_;
  std::unique_ptr<MiniApp> app_;
  std::vector<SimContainer> containers_;
  std::vector<std::unique_ptr<SimWriter>> writers_;
  std::vector<char> buffer_;
  std::vector<std::string> trace_;
  std::string complaint_;
  bool death_is_power_loss_ = false;
  uint64_t second_death_ = 0;
  DeathMode second_mode_ = DeathMode::kBefore;
  uint64_t fifos_made_ = 0;
};

}  // namespace tailrace
