#include "tool/status_view.h"

#include <algorithm>

#include "tool/text.h"

namespace tailrace {

namespace {

constexpr size_t kShortIdBytes = 12;

const DestinationStats* Find(const StatusSnapshot& snapshot, const std::string& label) {
  for (const DestinationStats& destination : snapshot.delivery.destinations) {
    if (destination.label == label) return &destination;
  }
  return nullptr;
}

uint64_t Sum(const std::map<std::string, uint64_t>& counts) {
  uint64_t sum = 0;
  for (const auto& [key, count] : counts) sum += count;
  return sum;
}

uint64_t LostBy(const DestinationStats& destination) {
  return destination.dead + destination.dropped + destination.corrupt;
}

double SecondsBetween(WallTime from, WallTime to) { return static_cast<double>(to.ns - from.ns) / 1e9; }

std::string Rate(const DestinationStats* before, const DestinationStats& now, double seconds) {
  // A process that has begun meanwhile counts from 0.
  if (before == nullptr || seconds <= 0 || now.delivered < before->delivered) return "-";
  return ShownRate(static_cast<double>(now.delivered - before->delivered) / seconds);
}

std::string StateOf(const DestinationStats& destination) {
  switch (destination.state) {
    case DestinationState::kHealthy: return destination.held_streams > 0 ? "held in part" : "ok";
    case DestinationState::kBackingOff: return "backing off";
    case DestinationState::kHolding: return "held";
  }
  return "unknown";
}

std::string Oldest(uint64_t waiting, double seconds) { return waiting == 0 ? "-" : ShownSpan(seconds); }

// " (drop-oldest 5, damage 1)"; nothing of nothing.
std::string Parts(const std::map<std::string, uint64_t>& counts) {
  std::string text;
  for (const auto& [key, count] : counts) {
    if (count > 0) text += (text.empty() ? "" : ", ") + Harmless(key) + " " + ShownCount(count);
  }
  return text.empty() ? text : " (" + text + ")";
}

std::string Head(const std::string& socket, const StatusSnapshot& now) {
  const SpoolStats& spool = now.spool;
  std::string text = "tailrace " + Harmless(now.version) + " at " + Harmless(socket) + ", up " +
                     ShownSpan(SecondsBetween(now.started, now.now)) + "\nspool: " + ShownBytes(spool.bytes);
  if (spool.limit_bytes > 0) text += " of " + ShownBytes(spool.limit_bytes);
  text += " in " + Harmless(spool.root) + "; " + ShownCount(spool.streams) + " streams, " +
          ShownCount(spool.lines_taken) + " lines taken\n";
  const uint64_t lost = Sum(spool.lines_dropped);
  if (lost > 0) text += "lost before they were in the spool: " + ShownCount(lost) + Parts(spool.lines_dropped) + "\n";
  const uint64_t errors = spool.io_errors + spool.sync_errors + now.delivery.cursor_errors;
  if (errors > 0) text += "errors of the disk: " + ShownCount(errors) + "; the plugin's log in the daemon's says which\n";
  if (!now.delivery.has_begun) text += "delivery has not begun: it does with the Docker Engine's first call, or after 15 s\n";
  return text;
}

std::string DestinationTable(const StatusSnapshot& before, const StatusSnapshot& now) {
  TextTable table({{.header = "DESTINATION"},
                   {.header = "STATE"},
                   {.header = "STREAMS", .is_number = true},
                   {.header = "DELIVERED", .is_number = true},
                   {.header = "LINES/S", .is_number = true},
                   {.header = "WAITING", .is_number = true},
                   {.header = "OLDEST", .is_number = true},
                   {.header = "LOST", .is_number = true},
                   {.header = "DEAD", .is_number = true}});
  const double seconds = SecondsBetween(before.now, now.now);
  for (const DestinationStats& d : now.delivery.destinations) {
    table.Add({d.label, StateOf(d), ShownCount(d.streams), ShownCount(d.delivered),
               Rate(Find(before, d.label), d, seconds), ShownCount(d.waiting),
               Oldest(d.waiting, d.oldest_waiting_seconds), ShownCount(d.dropped + d.corrupt), ShownCount(d.dead)});
  }
  return table.Render();
}

// What the table has no room for.
std::string Details(const DestinationStats& d, WallTime now) {
  std::string text;
  if (d.is_unverified) text += "  its certificate is not verified (" + d.kind + "-tls-verify)\n";
  if (d.dropped > 0) text += "  dropped: " + ShownCount(d.dropped) + Parts(d.dropped_by) + "\n";
  if (d.corrupt > 0) text += "  could not be read back: " + ShownCount(d.corrupt) + "\n";
  if (d.dead > 0) text += "  refused for good: " + ShownCount(d.dead) + Parts(d.dead_by) + "; see tailrace dead list\n";
  if (!d.last_error.empty()) {
    const bool is_over = d.state == DestinationState::kHealthy && d.held_streams == 0;
    text += "  last error, " + ShownSpan(SecondsBetween(d.last_error_at, now)) + " ago" + (is_over ? ", over" : "") + ": " +
            Harmless(d.last_error) + "\n";
  }
  if (d.backoff_seconds > 0) text += "  tried again in " + ShownSpan(d.backoff_seconds) + "\n";
  if (!d.next_step.empty()) text += "  what to do: " + Harmless(d.next_step) + "\n";
  return text.empty() ? text : "\n" + Harmless(d.label) + "\n" + text;
}

std::string ContainerRow(const ContainerStats& container, TextTable& table) {
  uint64_t waiting = 0;
  double oldest = 0;
  std::string ways;
  std::string problem;
  std::string steps;
  for (const ContainerRoute& route : container.routes) {
    waiting += route.waiting;
    oldest = std::max(oldest, route.oldest_waiting_seconds);
    ways += (ways.empty() ? "" : ", ") + route.slot + (route.destination.empty() ? " (none)" : "");
    if (route.problem.empty()) continue;
    problem += (problem.empty() ? "" : "; ") + route.problem;
    steps += "  " + Harmless(container.name) + ", " + Harmless(route.slot) + ": " + Harmless(route.next_step) + "\n";
  }
  table.Add({container.name.empty() ? "-" : container.name, container.id.substr(0, kShortIdBytes),
             ways.empty() ? "docker logs only" : ways, ShownCount(waiting), Oldest(waiting, oldest), problem});
  return steps;
}

std::string ContainerTable(const StatusSnapshot& now) {
  TextTable table({{.header = "CONTAINER"},
                   {.header = "ID"},
                   {.header = "DESTINATIONS"},
                   {.header = "WAITING", .is_number = true},
                   {.header = "OLDEST", .is_number = true},
                   {.header = "PROBLEM"}});
  std::string steps;
  for (const ContainerStats& container : now.containers) steps += ContainerRow(container, table);
  return table.Render() + (steps.empty() ? "" : "what to do:\n" + steps);
}

}  // namespace

StatusVerdict JudgeStatus(const StatusSnapshot& before, const StatusSnapshot& now) {
  StatusVerdict verdict;
  for (const DestinationStats& destination : now.delivery.destinations) {
    verdict.is_held |= destination.state == DestinationState::kHolding || destination.held_streams > 0;
    const DestinationStats* earlier = Find(before, destination.label);
    verdict.is_losing |= LostBy(destination) > (earlier == nullptr ? 0 : LostBy(*earlier));
  }
  for (const ContainerStats& container : now.containers) {
    for (const ContainerRoute& route : container.routes) verdict.is_held |= !route.problem.empty();
  }
  verdict.is_losing |= Sum(now.spool.lines_dropped) > Sum(before.spool.lines_dropped);
  return verdict;
}

std::string RenderStatus(const std::string& socket, const StatusSnapshot& before, const StatusSnapshot& now) {
  std::string text = Head(socket, now) + "\n";
  if (now.delivery.destinations.empty()) {
    text += "No destinations: no container has es-url or http-url.\n";
  } else {
    text += DestinationTable(before, now);
    for (const DestinationStats& destination : now.delivery.destinations) text += Details(destination, now.now);
  }
  text += "\n";
  return text + (now.containers.empty() ? "No containers.\n" : ContainerTable(now));
}

}  // namespace tailrace
