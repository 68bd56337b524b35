// FifoFeeder: a container as dockerd shows it: a FIFO held for reading and writing, and a thread that writes one entry by
// one write(2). What it writes follows from its seed and number alone, so that nothing need be remembered to check it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace tailrace {

class FifoFeeder {
 public:
  struct Options {
    std::string fifo;
    uint64_t seed = 0;
    int pause_every = 50;       // frames; then a pause
    int pause_us = 2000;
    bool has_long_lines = true;  // some are cut into pieces
  };
  explicit FifoFeeder(Options options);
  ~FifoFeeder();  // Stops and closes.
  FifoFeeder(const FifoFeeder&) = delete;
  FifoFeeder& operator=(const FifoFeeder&) = delete;

  void Start();
  // Ends after the line being written; the FIFO stays held. Somebody must be reading it.
  void Stop();
  // dockerd closes after StopLogging has been answered.
  void Close() { fd_ = UniqueFd(); }

  uint64_t lines() const { return lines_.load(); }
  size_t pipe_bytes() const;
  const std::string& fifo() const { return options_.fifo; }

  // The frames of line n, and what `docker logs` shows of it.
  std::vector<std::string> FramesOf(uint64_t n) const;
  std::string TextOf(uint64_t n) const;
  std::string SourceOf(uint64_t n) const;

 private:
  void Run();

  const Options options_;
  UniqueFd fd_;
  std::thread thread_;
  std::atomic<uint64_t> lines_{0};
  std::atomic<bool> is_stopping_{false};
};

}  // namespace tailrace
