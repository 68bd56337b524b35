// Actor: what happens next in a World, drawn by its seed: writers write, loops turn, readers read, the disk fills,
// calls fail, clocks jump, the process dies, the power goes. Owned by the test; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace tailrace {

class Actor {
 public:
  // How a seed's world is: what may happen in it at all, and the limits.
  struct Plan {
    bool has_kills = true;
    bool has_power_losses = false;
    bool has_full_disks = false;
    bool has_failing_calls = false;
    bool has_clock_jumps = false;
    size_t actions = 150;
    Housekeeper::Settings housekeeping;
  };
  static Plan DrawPlan(uint64_t seed);

  Actor(World& world, const Plan& plan);
  ~Actor();
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // All of it, then the end and the last checks.
  void Play();

 private:
  struct SlowReader {
    size_t container = 0;
    bool is_following = false;
    std::unique_ptr<LogReader> reader;
    std::vector<LogLine> lines;
  };

  void Act();
  void ActTrouble();
  SpoolSettings DrawSpool();
  SimWriter* DrawOpenWriter();
  void Write();
  void Turn();
  void StartOne();
  void StopOne();
  void TemporaryLogger();
  void Read();
  void BeginSlowReader();
  void StepSlowReader();
  void EndSlowReader(SlowReader& slow);
  void Die();
  void FillDisk();
  void FailCalls();
  void Relieve();
  void JumpClock();
  void Check();

  World& world_;
  SeededRandom& random_;
  const Plan plan_;
  std::vector<SlowReader> slow_;
  bool is_full_ = false;
  bool is_failing_ = false;
  bool has_jumped_ = false;
};

}  // namespace tailrace
