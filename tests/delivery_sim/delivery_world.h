// DeliveryWorld: writers, the product's loops and several fake servers on a disk in memory; one seed decides
// everything. Verbs for a script or for an actor, and the oracle. The first thing found wrong is kept as complaint().
// Owned by the test; one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/delivery_sim/delivery_app.h"
#include "tests/delivery_sim/ledger.h"
#include "tests/fakes/fake_elasticsearch.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"

namespace tailrace {

// What really happened, over all seeds: a simulation that meets no trouble proves nothing.
struct DeliveryHardness {
  uint64_t lines = 0;
  uint64_t conflicts = 0;
  uint64_t unknown = 0;
  uint64_t crashes = 0;
  uint64_t crashes_in_flight = 0;
  uint64_t retries = 0;
  uint64_t splits = 0;
  uint64_t rewinds = 0;
  uint64_t dead = 0;
  uint64_t dropped = 0;
  uint64_t markers = 0;
  uint64_t holds = 0;
  uint64_t refused = 0;
  uint64_t rollovers = 0;
  uint64_t twice = 0;       // documents that came twice, by a rollover between
  uint64_t clock_jumps = 0;
  uint64_t full_disks = 0;
  uint64_t power_losses = 0;
  uint64_t passwords = 0;   // changed
};

// Probabilities of what a server does to a request.
struct Weather {
  double refused = 0;
  double reset = 0;
  double commit_break = 0;
  double overloaded = 0;
  double unauthorized = 0;
  double item_busy = 0;     // of an item
  size_t body_bytes_max = SIZE_MAX;
  bool is_index_missing = false;
  bool is_index_away = false;  // it has no shard
};

struct SimServer {
  std::unique_ptr<FakeElasticsearch> fake;
  Weather weather;
  std::string password = "0";        // that it wants
  std::string known_password = "0";  // that is in our files
  bool is_stranger = false;          // who asks now has another
};

struct SimStream {
  std::string container;
  std::string fifo;
  std::unique_ptr<MemWriter> pipe;
  Ledger ledger;
  StreamId id;
  std::vector<std::string> slots;
  bool has_lost_power = false;  // then only this is promised: nothing comes twice, and the books balance
};

class DeliveryWorld {
 public:
  static constexpr size_t kServers = 3;

  DeliveryWorld(uint64_t seed, DeliveryHardness& hardness);
  ~DeliveryWorld();

  const std::string& complaint() const { return complaint_; }
  void Complain(const std::string& what);

  // Runs a piece of the product; when the process dies in it, it is buried and started anew.
  void Run(const std::function<void()>& action);
  void StartStream();
  void Write(SimStream& stream, size_t lines);
  void Close(SimStream& stream);
  void Pump();
  void IntakeTurn(Nanos wait);
  void DeliveryTurn(Nanos wait);
  void HousekeeperTurn();
  void RunFor(Nanos duration);
  void Kill();
  // What was not synced may be gone, and all pipes are.
  void LosePower();
  // The server wants another one; our files have it at once, or when the world becomes calm.
  void ChangePassword(SimServer& server);
  // Faults end; everything that was written is delivered; then everything is checked.
  void Finish();

  SeededRandom& random() { return random_; }
  FakeClock& clock() { return clock_; }
  MemDisk& disk() { return disk_; }
  MemoryLog& log() { return log_; }
  DeliveryApp& app() { return *app_; }
  std::vector<std::unique_ptr<SimStream>>& streams() { return streams_; }
  std::vector<SimServer>& servers() { return servers_; }
  DeliveryHardness& hardness() { return hardness_; }
  bool may_lose = false;      // room was short: lines may be missing, if they are counted
  bool has_rolled_over = false;
  bool may_lose_power = false;

 private:
  void Begin();
  void Bury(bool is_power_loss = false);
  ScriptedTransport::Reply Serve(const ScriptedTransport::Request& request);
  FakeElasticsearch::Fault DrawFault(const SimServer& server);
  Result<SlotPlan> MakeSlot(const StreamFacts& facts, const std::string& slot) const;
  void CheckBooks();
  void NoteStats();
  void CalmDown();
  bool IsAllDelivered();
  void CheckAll();
  void CheckSlot(const SimStream& stream, const std::string& slot);
  bool CheckRecord(const SimStream& stream, const std::string& slot, const Ledger::Expected& record);
  bool CheckFrom(const SimStream& stream, const std::string& slot, const Ledger::Expected& record, size_t from);
  void CheckCursor(const SimStream& stream, const std::string& slot, uint64_t lines, uint64_t missing);
  void CheckInvented();
  void ReadDead();

  DeliveryHardness& hardness_;
  SeededRandom random_;
  SeededRandom product_random_;
  FakeClock clock_;
  MemDisk disk_;
  MemoryLog log_;
  std::vector<SimServer> servers_;
  std::unique_ptr<DeliveryApp> app_;
  std::vector<std::unique_ptr<SimStream>> streams_;
  std::map<std::string, DeadLetter> dead_;  // by server and id
  std::set<std::string> expected_ids_;
  Housekeeper::Settings settings_;
  std::string complaint_;
  uint64_t made_ = 0;
  DeliveryStats last_stats_;
};

}  // namespace tailrace
