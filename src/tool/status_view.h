// What `tailrace status` shows, from two snapshots a moment apart. Pure; any thread.
#pragma once

#include <string>

#include "status/snapshot.h"

namespace tailrace {

// Something waits for an operator, or lines were lost in between.
struct StatusVerdict {
  bool is_held = false;
  bool is_losing = false;
};
StatusVerdict JudgeStatus(const StatusSnapshot& before, const StatusSnapshot& now);

std::string RenderStatus(const std::string& socket, const StatusSnapshot& before, const StatusSnapshot& now);

}  // namespace tailrace
