// RenderMetrics: a snapshot as Prometheus reads it. Pure; any thread.
// All series of a family have the same labels, so that a sum over it counts each line once: what is taken of containers
// as a whole is `tailrace_spool_…`, and `tailrace_lines_…` is per destination, where
// taken = delivered + dead + dropped + corrupt + waiting.
#pragma once

#include <string>

#include "status/snapshot.h"

namespace tailrace {

std::string RenderMetrics(const StatusSnapshot& snapshot);

}  // namespace tailrace
