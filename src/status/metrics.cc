#include "status/metrics.h"

#include <array>

#include "status/metrics_text.h"

namespace tailrace {

namespace {

using Type = MetricsText::Type;
using Destinations = std::vector<DestinationStats>;

template <typename Get>
struct Row {
  Type type;
  std::string_view name;
  std::string_view help;
  Get get;
};

using CountOf = uint64_t (*)(const DestinationStats&);
constexpr std::array<Row<CountOf>, 17> kCounts{{
    {Type::kCounter, "lines_taken_total", "Lines to be delivered, with those that waited when the process began.",
     [](const DestinationStats& d) { return d.taken; }},
    {Type::kCounter, "lines_delivered_total", "Lines that the destination has, duplicates included.",
     [](const DestinationStats& d) { return d.delivered; }},
    {Type::kCounter, "lines_duplicate_total", "Delivered lines that the destination had already.",
     [](const DestinationStats& d) { return d.duplicate; }},
    {Type::kCounter, "lines_diverted_total", "Delivered lines that went into the server's failure store.",
     [](const DestinationStats& d) { return d.diverted; }},
    {Type::kCounter, "lines_corrupt_total", "Lines that could not be read back whole.",
     [](const DestinationStats& d) { return d.corrupt; }},
    {Type::kGauge, "lines_waiting", "Lines that have had no outcome yet.",
     [](const DestinationStats& d) { return d.waiting; }},
    {Type::kGauge, "bytes_waiting", "Bytes in the spool that have had no outcome yet.",
     [](const DestinationStats& d) { return d.waiting_bytes; }},
    {Type::kCounter, "records_sent_total", "Records sent, those sent again included.",
     [](const DestinationStats& d) { return d.sent; }},
    {Type::kCounter, "bytes_sent_total", "Bytes of requests' bodies, as they went out.",
     [](const DestinationStats& d) { return d.bytes_sent; }},
    {Type::kCounter, "splits_total", "Requests that were taken apart: too large, or refused as a whole.",
     [](const DestinationStats& d) { return d.splits; }},
    {Type::kCounter, "rewinds_total", "Times that delivery went back to the last settled line.",
     [](const DestinationStats& d) { return d.rewinds; }},
    {Type::kGauge, "in_flight", "Requests without an answer.",
     [](const DestinationStats& d) { return uint64_t{d.in_flight}; }},
    {Type::kGauge, "concurrency_limit", "Requests that may be in flight now.",
     [](const DestinationStats& d) { return uint64_t{d.concurrency_limit}; }},
    {Type::kGauge, "destination_streams", "Streams that go to the destination.",
     [](const DestinationStats& d) { return uint64_t{d.streams}; }},
    {Type::kGauge, "destination_containers", "Containers that go to the destination.",
     [](const DestinationStats& d) { return uint64_t{d.containers}; }},
    {Type::kGauge, "streams_held", "Streams that wait for an operator by themselves.",
     [](const DestinationStats& d) { return uint64_t{d.held_streams}; }},
    {Type::kGauge, "destination_unverified", "1: the certificate of the destination is not verified.",
     [](const DestinationStats& d) { return uint64_t{d.is_unverified}; }},
}};

using SecondsOf = double (*)(const DestinationStats&);
constexpr std::array<Row<SecondsOf>, 2> kSeconds{{
    {Type::kGauge, "oldest_waiting_seconds", "Age of the oldest line that has had no outcome yet.",
     [](const DestinationStats& d) { return d.oldest_waiting_seconds; }},
    {Type::kGauge, "backoff_seconds", "Time until the next attempt; 0: no attempt is put off.",
     [](const DestinationStats& d) { return d.backoff_seconds; }},
}};

using HistogramOf = const Histogram& (*)(const DestinationStats&);
constexpr std::array<Row<HistogramOf>, 3> kHistograms{{
    {Type::kHistogram, "request_seconds", "From the beginning of a request to its answer.",
     [](const DestinationStats& d) -> const Histogram& { return d.request_seconds; }},
    {Type::kHistogram, "batch_bytes", "Bodies of requests before compression.",
     [](const DestinationStats& d) -> const Histogram& { return d.batch_bytes; }},
    {Type::kHistogram, "end_to_end_seconds", "Age of the first line of each request when it was delivered.",
     [](const DestinationStats& d) -> const Histogram& { return d.end_to_end_seconds; }},
}};

// Counters by a further label, which is only known when it has happened, but for `known`.
using CountsBy = const std::map<std::string, uint64_t>& (*)(const DestinationStats&);
struct ByRow {
  std::string_view name;
  std::string_view help;
  std::string_view label;
  CountsBy get;
};
constexpr std::array<ByRow, 3> kBy{{
    {"lines_dead_total", "Lines that the destination refused for good, by its type of error.", "type",
     [](const DestinationStats& d) -> const std::map<std::string, uint64_t>& { return d.dead_by; }},
    {"lines_dropped_total", "Lines that were lost before they were delivered.", "reason",
     [](const DestinationStats& d) -> const std::map<std::string, uint64_t>& { return d.dropped_by; }},
    {"retries_total", "Records to be sent once more.", "class",
     [](const DestinationStats& d) -> const std::map<std::string, uint64_t>& { return d.retries_by; }},
}};

void PutDestinations(const Destinations& destinations, MetricsText& out) {
  for (const auto& row : kCounts) {
    out.Family(row.type, row.name, row.help);
    for (const DestinationStats& d : destinations) out.Value({{"destination", d.label}}, row.get(d));
  }
  for (const auto& row : kSeconds) {
    out.Family(row.type, row.name, row.help);
    for (const DestinationStats& d : destinations) out.Value({{"destination", d.label}}, row.get(d));
  }
  for (const ByRow& row : kBy) {
    out.Family(Type::kCounter, row.name, row.help);
    for (const DestinationStats& d : destinations) {
      for (const auto& [value, count] : row.get(d)) out.Value({{"destination", d.label}, {row.label, value}}, count);
    }
  }
  for (const auto& row : kHistograms) {
    out.Family(row.type, row.name, row.help);
    for (const DestinationStats& d : destinations) out.Buckets({{"destination", d.label}}, row.get(d));
  }
}

void PutRequests(const Destinations& destinations, MetricsText& out) {
  out.Family(Type::kCounter, "requests_total", "Requests by outcome: ok, refused (an answer that took not all), failed.");
  for (const DestinationStats& d : destinations) {
    out.Value({{"destination", d.label}, {"outcome", "ok"}}, d.requests_ok);
    out.Value({{"destination", d.label}, {"outcome", "refused"}}, d.requests_refused);
    out.Value({{"destination", d.label}, {"outcome", "failed"}}, d.requests_failed);
  }
  out.Family(Type::kGauge, "destination_state", "1 for the state that the destination is in.");
  for (const DestinationStats& d : destinations) {
    for (DestinationState state :
         {DestinationState::kHealthy, DestinationState::kBackingOff, DestinationState::kHolding}) {
      out.Value({{"destination", d.label}, {"state", DestinationStateName(state)}}, uint64_t{d.state == state});
    }
  }
}

void PutSpool(const SpoolStats& spool, MetricsText& out) {
  out.Family(Type::kCounter, "spool_lines_taken_total", "Lines of all containers, taken into the spool.");
  out.Value({}, spool.lines_taken);
  out.Family(Type::kCounter, "spool_lines_dropped_total", "Lines of all containers that could not be taken.");
  for (const auto& [reason, lines] : spool.lines_dropped) out.Value({{"reason", reason}}, lines);
  out.Family(Type::kCounter, "bytes_taken_total", "Bytes of all containers, taken into the spool.");
  out.Value({}, spool.bytes_taken);
  out.Family(Type::kGauge, "spool_bytes", "Size of the spool.");
  out.Value({}, spool.bytes);
  out.Family(Type::kGauge, "spool_limit_bytes", "What it may grow to.");
  out.Value({}, spool.limit_bytes);
  out.Family(Type::kGauge, "spool_free_bytes", "What is free on its file system.");
  out.Value({}, spool.free_bytes);
  out.Family(Type::kGauge, "streams", "Streams of containers: live, or ended and kept.");
  out.Value({{"state", "live"}}, spool.streams);
  out.Value({{"state", "ended"}}, spool.ended_streams);
  out.Family(Type::kCounter, "io_errors_total", "Errors of the disk, on the way into the spool.");
  out.Value({}, spool.io_errors);
  out.Family(Type::kCounter, "sync_errors_total", "Syncs of the spool that failed.");
  out.Value({}, spool.sync_errors);
  out.Family(Type::kHistogram, "sync_seconds", "How long a sync of the spool took.");
  out.Buckets({}, spool.sync_seconds);
}

void PutDelivery(const StatusSnapshot& snapshot, MetricsText& out) {
  const DeliveryStats& delivery = snapshot.delivery;
  out.Family(Type::kCounter, "cursor_errors_total", "Cursors that could not be written.");
  out.Value({}, delivery.cursor_errors);
  out.Family(Type::kGauge, "delivery_memory_bytes", "Memory of requests under way.");
  out.Value({}, delivery.budget_bytes);
  out.Family(Type::kGauge, "delivery_memory_limit_bytes", "What it may grow to.");
  out.Value({}, delivery.budget_limit_bytes);
  out.Family(Type::kGauge, "dead_letter_bytes", "Size of the dead letters.");
  out.Value({}, delivery.dead_letter_bytes);
  out.Family(Type::kGauge, "dead_letter_limit_bytes", "What they may grow to.");
  out.Value({}, snapshot.dead_letters_limit_bytes);
  uint64_t lines = 0;
  for (const ContainerStats& container : snapshot.containers) {
    for (const ContainerRoute& route : container.routes) lines += route.destination.empty() ? route.waiting : 0;
  }
  out.Family(Type::kGauge, "unroutable_lines_waiting", "Lines whose destination cannot be made up from their options.");
  out.Value({}, lines);
}

}  // namespace

std::string RenderMetrics(const StatusSnapshot& snapshot) {
  MetricsText out;
  out.Family(Type::kGauge, "build_info", "Always 1.");
  out.Value({{"version", snapshot.version}}, uint64_t{1});
  constexpr double kNanos = 1e9;
  out.Family(Type::kGauge, "start_time_seconds", "When the process began, since 1970.");
  out.Value({}, static_cast<double>(snapshot.started.ns) / kNanos);
  PutSpool(snapshot.spool, out);
  PutDestinations(snapshot.delivery.destinations, out);
  PutRequests(snapshot.delivery.destinations, out);
  PutDelivery(snapshot, out);
  return out.Take();
}

}  // namespace tailrace
