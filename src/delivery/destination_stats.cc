// Destination, the part that shows its figures.
#include <algorithm>
#include <set>

#include "delivery/destination.h"
#include "sinks/http_url.h"

namespace tailrace {

std::string_view DestinationStateName(DestinationState state) {
  switch (state) {
    case DestinationState::kHealthy: return "healthy";
    case DestinationState::kBackingOff: return "backing-off";
    case DestinationState::kHolding: return "holding";
  }
  return "unknown";
}

DestinationState Destination::State(MonoTime now) const {
  if (pace_.is_held()) return DestinationState::kHolding;
  if (is_failing_ && (pace_.is_probing() || BlockedUntil(now) > now)) return DestinationState::kBackingOff;
  return DestinationState::kHealthy;
}

MonoTime Destination::BlockedUntil(MonoTime now) const {
  return urls_.Pick(now) ? pace_.blocked_until() : std::max(pace_.blocked_until(), urls_.NextBack());
}

DestinationStats Destination::Stats(MonoTime now) {
  DestinationStats stats;
  stats.label = label_;
  stats.kind = kind_;
  for (const std::string& url : settings_.urls) stats.urls.push_back(ShownUrl(url));
  stats.is_unverified = !settings_.tls_verify;
  CountSlots(stats, now);
  CountOutcomes(stats);
  stats.requests_ok = requests_ok_;
  stats.requests_failed = requests_failed_;
  stats.requests_refused = requests_refused_;
  stats.sent = sent_;
  stats.bytes_sent = bytes_sent_;
  stats.request_seconds = request_seconds_;
  stats.batch_bytes = batch_bytes_;
  stats.end_to_end_seconds = end_to_end_seconds_;
  stats.state = State(now);
  stats.in_flight = queue_.size();
  stats.concurrency_limit = pace_.limit();
  const MonoTime until = BlockedUntil(now);
  if (until > now) stats.backoff_seconds = std::chrono::duration<double>(until - now).count();
  stats.last_error = last_error_;
  stats.last_error_at = last_error_at_;
  if (stats.state != DestinationState::kHealthy) stats.next_step = next_step_;
  return stats;
}

void Destination::CountSlots(DestinationStats& stats, MonoTime now) {
  const WallTime wall = shared_.clock.WallNow();
  std::set<std::string_view> containers;
  stats.taken = taken_before_;
  stats.streams = slots_.size();
  for (const auto& slot : slots_) {
    const uint64_t taken = slot->LinesTaken();
    stats.taken += taken - slot->lines_before;
    stats.waiting += taken - slot->LinesSettled();
    stats.waiting_bytes += slot->BytesWaiting();
    stats.held_streams += slot->is_held ? 1 : 0;
    const double seconds = std::chrono::duration<double>(slot->OldestWaiting(now, wall)).count();
    stats.oldest_waiting_seconds = std::max(stats.oldest_waiting_seconds, seconds);
    containers.insert(slot->stream().facts().container_id);
  }
  stats.containers = containers.size();
}

void Destination::CountOutcomes(DestinationStats& stats) const {
  stats.delivered = books_.delivered;
  stats.duplicate = books_.duplicate;
  stats.foreign_duplicate = books_.foreign_duplicate;
  stats.diverted = books_.diverted;
  stats.dead = books_.dead;
  stats.dead_by = books_.dead_by;
  stats.dropped = books_.dropped;
  stats.dropped_by = {books_.dropped_by.begin(), books_.dropped_by.end()};
  stats.corrupt = books_.corrupt;
  stats.retries = books_.retries;
  stats.retries_by = {retries_by_.begin(), retries_by_.end()};
  stats.splits = books_.splits;
  stats.rewinds = books_.rewinds;
}

}  // namespace tailrace
