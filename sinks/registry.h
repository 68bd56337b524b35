// The registry: all kinds of destinations, an explicit list. The spool, which serves `docker logs`, is not among them:
// it is always there, and its options are the core's. Any thread.
#pragma once

#include <span>
#include <vector>

#include "sinks/sink.h"

namespace tailrace {

std::span<const SinkKind> SinkKinds();

// The options of all kinds, in the order of the list.
std::vector<OptionRow> SinkOptionRows();

}  // namespace tailrace
