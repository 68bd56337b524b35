#include "intake/rest_policy.h"

#include <algorithm>

namespace tailrace {

RestPolicy::Decision RestPolicy::After(const VisitFacts& visit) {
  Decision decision;
  // Visits that were asked for may follow each other at once; that is no rate.
  const auto elapsed = static_cast<double>(std::max(visit.since_last, kRestMin).count());
  // A rate that fell is believed by halves: bursts come in trains.
  bytes_per_ns_ = std::max(static_cast<double>(visit.bytes) / elapsed, bytes_per_ns_ / 2);
  if (visit.frames < kBusyFrames || visit.bytes / visit.frames >= kBigEntryBytes) {
    bytes_per_ns_ = visit.bytes == 0 ? 0 : bytes_per_ns_;
    return decision;
  }
  const Nanos rest_max = visit.is_followed ? kRestFollowedMax : kRestMax;
  const double half_fill_ns = static_cast<double>(visit.pipe_bytes) / 2 / bytes_per_ns_;
  decision.arm = false;
  decision.rest = half_fill_ns >= static_cast<double>(rest_max.count())
                      ? rest_max
                      : std::max(kRestMin, Nanos(static_cast<int64_t>(half_fill_ns)));
  decision.grow_pipe = decision.rest < rest_max && visit.pipe_bytes < kBusyPipeBytes;
  return decision;
}

}  // namespace tailrace
