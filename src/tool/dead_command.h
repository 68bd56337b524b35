// `tailrace dead list`, `show` and `export`. Main thread.
#pragma once

#include <cstddef>
#include <string>

#include "tool/dead_export.h"
#include "tool/dead_spool.h"
#include "tool/dead_view.h"
#include "tool/tool.h"

namespace tailrace {

struct DeadCommand {
  enum class Action { kList, kShow, kExport };
  Action action = Action::kList;
  DeadSpoolQuery query = {};
  size_t limit = NewestDead::kDefault;  // of kShow; 0: all
  ExportFormat format = ExportFormat::kNdjson;
};
ToolExit RunDead(const Tool& tool, const DeadCommand& command);

}  // namespace tailrace
