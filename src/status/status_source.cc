#include "status/status_source.h"

#include <algorithm>
#include <tuple>

#include "sinks/http_url.h"

namespace tailrace {

namespace {

void Merge(const SlotStats& slot, ContainerStats& container) {
  auto route = std::find_if(container.routes.begin(), container.routes.end(), [&](const ContainerRoute& r) {
    return r.slot == slot.slot && r.destination == slot.destination;
  });
  if (route == container.routes.end()) {
    container.routes.push_back({.slot = slot.slot, .destination = slot.destination, .problem = {}, .next_step = {}});
    route = container.routes.end() - 1;
  }
  route->waiting += slot.waiting;
  route->waiting_bytes += slot.waiting_bytes;
  route->oldest_waiting_seconds = std::max(route->oldest_waiting_seconds, slot.oldest_waiting_seconds);
  if (!route->problem.empty() || slot.problem.empty()) return;
  route->problem = slot.problem;
  route->next_step = slot.next_step;
}

}  // namespace

std::vector<ContainerStats> GroupByContainer(const std::vector<SlotStats>& slots,
                                             const std::vector<ContainerStats>& live) {
  std::map<std::string, ContainerStats> by_id;
  for (const ContainerStats& one : live) {
    ContainerStats& container = by_id[one.id];
    container.name = one.name;
    container.streams += one.streams;
  }
  for (const SlotStats& slot : slots) {
    ContainerStats& container = by_id[slot.container_id];
    if (container.name.empty()) container.name = slot.container_name;
    Merge(slot, container);
  }
  std::vector<ContainerStats> containers;
  for (auto& [id, container] : by_id) {
    container.id = id;
    std::sort(container.routes.begin(), container.routes.end(), [](const ContainerRoute& a, const ContainerRoute& b) {
      return std::tie(a.slot, a.destination) < std::tie(b.slot, b.destination);
    });
    containers.push_back(std::move(container));
  }
  std::stable_sort(containers.begin(), containers.end(),
                   [](const ContainerStats& a, const ContainerStats& b) { return a.name < b.name; });
  return containers;
}

StatusSnapshot StatusSource::Take() const {
  StatusSnapshot snapshot;
  snapshot.version = settings_.version;
  snapshot.started = started_;
  snapshot.dead_letters_limit_bytes = settings_.dead_letters_limit_bytes;
  snapshot.delivery = parts_.delivery.Stats();
  snapshot.now = parts_.clock.WallNow();
  snapshot.spool = Spool();
  std::vector<ContainerStats> live;
  for (const StreamLease& stream : parts_.journal.Streams()) {
    const bool has_ended = stream->ended();
    ++(has_ended ? snapshot.spool.ended_streams : snapshot.spool.streams);
    for (const Segment& segment : stream->Segments()) snapshot.spool.bytes += segment.bytes();
    const StreamFacts& facts = stream->facts();
    if (!has_ended) live.push_back({.id = facts.container_id, .name = facts.container_name, .streams = 1, .routes = {}});
  }
  snapshot.containers = GroupByContainer(snapshot.delivery.slots, live);
  snapshot.delivery.slots.clear();
  for (DestinationStats& destination : snapshot.delivery.destinations) {
    for (std::string& url : destination.urls) url = ShownUrl(url);
  }
  return snapshot;
}

SpoolStats StatusSource::Spool() const {
  SpoolStats spool;
  spool.root = parts_.journal.root();
  const Result<SpaceInfo> space = parts_.disk.Space(spool.root);
  if (space.ok()) {
    spool.free_bytes = space->free_bytes;
    spool.limit_bytes = DefaultSpoolLimit(space->total_bytes);
  }
  spool.limit_bytes = settings_.spool_limit.value_or(spool.limit_bytes);
  const IntakeStats& intake = parts_.intake;
  spool.lines_taken = intake.lines_taken.load(std::memory_order_relaxed);
  spool.bytes_taken = intake.bytes_taken.load(std::memory_order_relaxed);
  spool.lines_dropped = {{"drop-newest", intake.lines_dropped_newest.load(std::memory_order_relaxed)},
                         {"no-disk", intake.lines_no_disk.load(std::memory_order_relaxed)}};
  spool.io_errors = intake.io_errors.load(std::memory_order_relaxed);
  spool.sync_errors = parts_.housekeeper.sync_errors();
  spool.sync_seconds = parts_.housekeeper.sync_seconds();
  return spool;
}

}  // namespace tailrace
