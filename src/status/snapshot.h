// StatusSnapshot: what the plugin is doing, at one moment: the figures behind /metrics, /status and `tailrace status`.
// A value; any thread. Counters start at 0 with the process. URLs are shown without their queries, and nothing else
// in it is secret.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "delivery/delivery_stats.h"

namespace tailrace {

struct SpoolStats {
  std::string root;             // as the plugin sees it
  uint64_t bytes = 0;           // of all segments
  uint64_t limit_bytes = 0;     // 0: unknown
  uint64_t free_bytes = 0;      // of the file system
  uint64_t streams = 0;         // that are being written
  uint64_t ended_streams = 0;   // that are kept
  uint64_t lines_taken = 0;     // of all containers, with and without destinations
  uint64_t bytes_taken = 0;
  std::map<std::string, uint64_t> lines_dropped;  // before they were in the spool: drop-newest, no-disk
  uint64_t io_errors = 0;
  uint64_t sync_errors = 0;
  Histogram sync_seconds{kRequestSecondsBounds};
};

// All streams of a container whose lines go the same way.
struct ContainerRoute {
  std::string slot;
  std::string destination;      // its label; empty: it has none
  uint64_t waiting = 0;
  uint64_t waiting_bytes = 0;
  double oldest_waiting_seconds = 0;
  std::string problem;
  std::string next_step;
};

struct ContainerStats {
  std::string id;
  std::string name;
  uint64_t streams = 0;         // that are being written
  std::vector<ContainerRoute> routes;
};

struct StatusSnapshot {
  std::string version;
  WallTime started;
  WallTime now;
  SpoolStats spool;
  DeliveryStats delivery;       // its slots are empty: they are in `containers`
  uint64_t dead_letters_limit_bytes = 0;
  std::vector<ContainerStats> containers;  // that are being written, or wait for a destination; by name
};

}  // namespace tailrace
