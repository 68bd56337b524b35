#include "intake/rest_policy.h"

#include <algorithm>

namespace tailrace {

RestPolicy::Decision RestPolicy::After(const VisitFacts& visit) {
  Decision decision;
  // Visits that were asked for may follow each other at once; that is no rate.
  const auto elapsed = static_cast<double>(std::max(visit.since_last, kRestMin).count());
  // A rate that fell is believed by halves: bursts come in trains. After nothing at all it is forgotten.
  const double kept = visit.bytes == 0 ? 0 : 0.5;
  bytes_per_ns_ = std::max(static_cast<double>(visit.bytes) / elapsed, kept * bytes_per_ns_);
  frames_per_ns_ = std::max(static_cast<double>(visit.frames) / elapsed, kept * frames_per_ns_);
  // By the rate too, not only by what this visit found: an armed FIFO wakes intake for each line, however fast they come.
  const double in_a_rest = frames_per_ns_ * static_cast<double>(Nanos(kRestMax).count());
  const bool is_busy = std::max(static_cast<double>(visit.frames), in_a_rest) >= static_cast<double>(kBusyFrames);
  const bool is_big = visit.frames > 0 && visit.bytes / visit.frames >= kBigEntryBytes;
  decision.is_quiet = !is_busy;
  if (!is_busy || is_big) return decision;
  const Nanos rest_max = visit.is_followed ? kRestFollowedMax : kRestMax;
  const double half_fill_ns = static_cast<double>(visit.pipe_bytes) / 2 / bytes_per_ns_;
  decision.arm = false;
  decision.rest = half_fill_ns >= static_cast<double>(rest_max.count())
                      ? rest_max
                      : std::max(kRestMin, Nanos(static_cast<int64_t>(half_fill_ns)));
  decision.grow_pipe = 2 * half_fill_ns < static_cast<double>(Nanos(kStallMax).count());
  return decision;
}

}  // namespace tailrace
