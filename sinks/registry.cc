#include "sinks/registry.h"

namespace tailrace {

std::span<const SinkKind> SinkKinds() { return {}; }

std::vector<OptionRow> SinkOptionRows() {
  std::vector<OptionRow> rows;
  for (const SinkKind& kind : SinkKinds()) rows.insert(rows.end(), kind.options.begin(), kind.options.end());
  return rows;
}

}  // namespace tailrace
