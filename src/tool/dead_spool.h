// DeadSpool: the dead letters of a spool, each once. Reads only; a plugin may write meanwhile. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/status.h"
#include "delivery/dead_letters.h"
#include "tool/tool.h"

namespace tailrace {

struct DeadSpoolQuery {
  std::optional<std::string> root = {};    // of the spool
  std::optional<std::string> socket = {};  // of a plugin that knows its root
  std::string slot = {};                   // empty: all
};

// The folder of the letters. Without `root` it is that of the plugin which FindPlugin finds, as this process sees it;
// else the only spool of a managed plugin. kNotFound: there is none; kInvalid: several.
Result<std::string> FindDeadLetters(const Tool& tool, const DeadSpoolQuery& query);

// Calls `take` for each letter, those that were written twice once; false from it ends the reading. Files that cannot
// be read are told to `tool.err` and passed over: the Status is that of the first.
Status ForEachDeadLetter(const Tool& tool, const std::string& directory, const std::string& slot,
                         const std::function<bool(const DeadLetter&)>& take);

}  // namespace tailrace
