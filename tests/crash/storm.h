// Storm: what the kill tests share: a plugin's folder, containers, starting and stopping them as dockerd does, and looking
// at what is on disk. Owned by the test; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/crash/fifo_feeder.h"
#include "tests/crash/plugin_process.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {

class Storm {
 public:
  // `root`: of the spool; empty: in the temporary folder.
  Storm(std::map<std::string, std::string> environment, std::string root);

  PluginProcess& plugin() { return *plugin_; }
  std::vector<std::unique_ptr<FifoFeeder>>& feeders() { return feeders_; }
  std::string ContainerId(size_t i) const;

  // Makes the FIFO, sends StartLogging, expects success. `options`: JSON of Config.
  void AddContainer(FifoFeeder::Options options, const std::string& config);
  // StopLogging for all, with what is in the pipes; then dockerd's close; waits until the streams have ended.
  void EndContainers();

  // The concatenated segments of the container's only stream.
  std::string StreamBytes(size_t i) const;
  std::string StreamFolder(size_t i) const;
  // Whether the newest segment ends inside a frame.
  bool EndsInMidFrame(size_t i) const;

  struct Line {
    std::string source;
    std::string text;  // without the newline
  };
  std::vector<Line> ReadLogs(size_t i);

  // Kills the plugin after a random while, starts it again, waits until it serves.
  void KillAndRestart(uint64_t random);
  uint64_t kills() const { return kills_; }
  uint64_t kills_in_mid_frame() const { return kills_in_mid_frame_; }
  std::string LogText() const;

 private:
  const TempDir dir_;
  const std::string root_;
  std::unique_ptr<PluginProcess> plugin_;
  std::vector<std::unique_ptr<FifoFeeder>> feeders_;
  uint64_t kills_ = 0;
  uint64_t kills_in_mid_frame_ = 0;
};

// That the segments of container i hold all that its feeder wrote, once and in order.
void ExpectEveryByte(Storm& storm, size_t i);

}  // namespace tailrace
