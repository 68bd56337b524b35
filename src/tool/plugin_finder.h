// PluginFinder: which plugin is meant, and what it says. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "status/snapshot.h"
#include "tool/tool.h"

namespace tailrace {

struct FoundPlugin {
  std::string socket;
  std::string json;         // its /status
  StatusSnapshot snapshot;
  int process = 0;          // 0: not to be seen from here
};

Result<FoundPlugin> AskPlugin(const Tool& tool, const std::string& socket);

// The one at `socket`; without it at the usual socket, else the only managed one that answers. kNotFound: none does.
// kInvalid: several do. Messages are whole sentences, with what to do.
Result<FoundPlugin> FindPlugin(const Tool& tool, const std::optional<std::string>& socket);

ToolExit ExitFor(const Status& status);

}  // namespace tailrace
