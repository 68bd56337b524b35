// ContainerOptions: a container's log-opts, checked against the table and completed by what it inherits: its own value,
// else the plugin's environment, else the row's default. A move-only value; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "config/label_filter.h"
#include "config/option_table.h"
#include "config/plugin_options.h"
#include "config/tag_template.h"

namespace tailrace {

// In the order of the row's choices.
enum class WhenFull { kDropOldest, kDropNewest, kBlock };

struct OptionValue {
  std::string value;
  bool inherited = false;  // from the plugin's environment
  friend bool operator==(const OptionValue&, const OptionValue&) = default;
};

struct ContainerOptions {
  uint64_t max_size_bytes = 0;
  uint64_t max_file = 0;
  bool compress = false;
  uint64_t spool_backlog_bytes = 0;
  WhenFull spool_full = WhenFull::kDropOldest;
  Nanos spool_block_max{};  // 0: for ever
  TagTemplate tag;
  LabelFilter filter;
  // What was set by the container or for all containers, as it was written; dockerd's own options are not among it.
  std::map<std::string, OptionValue> frozen;
};

struct ReadOptionsOutcome {
  ContainerOptions options;
  // Sentences for the user: why options were not taken; those then are as if they had not been given.
  std::vector<std::string> problems;
};
// For containers that must start whatever their options are.
ReadOptionsOutcome ReadContainerOptions(const OptionTable& table, const std::map<std::string, std::string>& config,
                                        const PluginOptions& plugin);

// kInvalid with the first problem's sentence.
Result<ContainerOptions> ParseContainerOptions(const OptionTable& table,
                                               const std::map<std::string, std::string>& config,
                                               const PluginOptions& plugin);

}  // namespace tailrace
