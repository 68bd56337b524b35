// Tool: what the commands that look at a plugin need of the process, and what they say to it. Values; main thread.
#pragma once

#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/disk.h"

namespace tailrace {

struct Tool {
  Disk& disk;
  Clock& clock;
  std::function<bool(std::string_view)> out;  // false: nobody reads any more
  std::function<void(std::string_view)> err;
  std::function<void(Nanos)> wait;
};

// What a command ends with.
enum class ToolExit {
  kFine = 0,
  kTrouble = 1,   // something is held or losing; or what was asked for could not be done
  kUsage = 2,
  kNoPlugin = 3,
};

}  // namespace tailrace
