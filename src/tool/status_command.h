// `tailrace status`: two snapshots of a plugin, kStatusInterval apart, and what they say. Main thread.
#pragma once

#include <optional>
#include <string>

#include "tool/tool.h"

namespace tailrace {

inline constexpr Nanos kStatusInterval = std::chrono::seconds(1);

struct StatusCommand {
  std::optional<std::string> socket = {};  // absent: found by itself
  bool is_json = false;               // the second snapshot, as the plugin gives it
};
ToolExit RunStatus(const Tool& tool, const StatusCommand& command);

}  // namespace tailrace
