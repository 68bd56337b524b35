// PluginOptions: what the plugin's environment sets: the plugin-wide options, and defaults for containers' options.
// TAILRACE_<NAME> sets one; TAILRACE_OPTS="name=value name2=value2" any number (an upgrade of a plugin adds no new
// entries to its environment), and gives way to the former. Values are as valid as their rows demand: what is not is
// left out and told in `warnings`, for a bad environment must never end the process. A value; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/host_port.h"
#include "config/option_table.h"

namespace tailrace {

struct PluginOptions {
  std::optional<uint64_t> spool_limit_bytes;   // absent: from the size of the file system
  std::optional<uint64_t> spool_free_bytes;    // likewise
  Nanos spool_sync = std::chrono::seconds(5);  // 0: never
  uint64_t dead_letters_limit_bytes = 256 << 20;
  bool dead_letters_hold_when_full = false;    // else what does not fit is dropped, and counted
  size_t delivery_memory_bytes = 24 << 20;
  std::optional<HostPort> metrics_address;     // absent: only the plugin's socket
  LogLevel log_level = LogLevel::kInfo;

  std::map<std::string, std::string> defaults;  // of containers' options
  std::vector<std::string> warnings;            // sentences for the log; they hold no value
};

using Environment = std::vector<std::pair<std::string, std::string>>;

PluginOptions ParsePluginOptions(const OptionTable& table, const Environment& environment);

// The words of a TAILRACE_OPTS: separated by blanks, except between quotes of either kind, which go away.
std::vector<std::string> SplitWords(std::string_view text);

}  // namespace tailrace
