// StreamFacts: what is fixed about a stream when its StartLogging is answered (rule R5), and its file `facts`
// (JSON, 0600, one checksummed line; FORMAT.md). A value; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/status.h"
#include "journal/position.h"

namespace tailrace {

inline constexpr int kFormatVersion = 1;
inline constexpr size_t kFactsBytesMax = 4_MiB;

enum class SpoolFull { kDropOldest, kDropNewest, kBlock };

// The options that shape the journal of one container, frozen with the stream.
struct SpoolSettings {
  uint64_t max_size_bytes = 20'000'000;  // of one history file, as Docker's max-size (decimal)
  uint64_t max_file = 5;
  uint64_t backlog_bytes = 1_GiB;        // undelivered bytes of this container
  SpoolFull spool_full = SpoolFull::kDropOldest;
  Nanos block_max = std::chrono::seconds(60);  // 0: for ever

  uint64_t history_bytes() const;  // max-size times max-file
  uint64_t segment_bytes() const;  // min(16 MiB, max-size), at least 64 KiB
};

// One option as it was frozen. Only inherited values and secrets from files are looked up anew at a start.
struct FrozenOption {
  std::string value;
  bool inherited = false;
  friend bool operator==(const FrozenOption&, const FrozenOption&) = default;
};

struct StreamFacts {
  StreamId id;
  uint64_t run = 0;         // orders the streams of a container
  WallTime started;
  std::string fifo;         // path as dockerd named it
  std::string container_id;  // 64 hex digits
  std::string container_name;  // without the leading slash
  std::string image_id;
  std::string image_name;
  std::string container_created;  // RFC 3339, as dockerd wrote it
  std::string daemon_name;
  std::string host_name;
  std::string tag;          // rendered
  std::map<std::string, std::string> labels;  // those that the options chose
  std::map<std::string, std::string> env;     // likewise; never the whole environment
  std::map<std::string, FrozenOption> options;
  std::vector<std::string> slots;             // names of its destinations, sorted
  SpoolSettings spool;
};

std::string EncodeFacts(const StreamFacts& facts);
// kCorrupt for anything that EncodeFacts did not write, kUnsupported for a newer version.
Result<StreamFacts> DecodeFacts(std::string_view bytes);

}  // namespace tailrace
