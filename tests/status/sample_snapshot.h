// SampleSnapshot: a plugin with one destination that is well, one that is not, and a container without any.
#pragma once

#include "status/snapshot.h"

namespace tailrace {

inline DestinationStats SampleHealthy() {
  DestinationStats healthy;
  healthy.label = "es https://es:9200";
  healthy.kind = "es";
  healthy.urls = {"https://es:9200", "https://es2:9200"};
  healthy.containers = 2;
  healthy.streams = 3;
  healthy.taken = 1234567;
  healthy.delivered = 1234560;
  healthy.duplicate = 4;
  healthy.waiting = 7;
  healthy.waiting_bytes = 4096;
  healthy.oldest_waiting_seconds = 0.25;
  healthy.requests_ok = 100;
  healthy.sent = 1234570;
  healthy.bytes_sent = 99;
  healthy.in_flight = 1;
  healthy.concurrency_limit = 8;
  healthy.request_seconds.Add(0.02);
  return healthy;
}

inline DestinationStats SampleHeld() {
  DestinationStats held;
  held.label = "http https://hooks/x?...";
  held.kind = "http";
  held.urls = {"https://hooks/x?..."};
  held.is_unverified = true;
  held.containers = 1;
  held.streams = 1;
  held.held_streams = 1;
  held.taken = 60;
  held.delivered = 10;
  held.dead = 3;
  held.dead_by = {{"http_400", 2}, {"other", 1}};
  held.dropped = 5;
  held.dropped_by = {{"drop-oldest", 5}};
  held.corrupt = 2;
  held.waiting = 40;
  held.oldest_waiting_seconds = 7384;
  held.requests_refused = 6;
  held.retries = 9;
  held.retries_by = {{"held", 9}};
  held.state = DestinationState::kHolding;
  held.backoff_seconds = 12.5;
  held.last_error = "POST to https://hooks/x?...: 403";
  held.last_error_at = {1'764'000'000'000'000'000};
  held.next_step = "give it credentials that may write";
  return held;
}

inline StatusSnapshot SampleSnapshot() {
  StatusSnapshot snapshot;
  snapshot.version = "1.2.3";
  snapshot.started = {1'763'999'000'500'000'000};
  snapshot.now = {1'764'000'090'000'000'000};
  snapshot.spool.root = "/run/docker/logging/spool";
  snapshot.spool.bytes = 5'000'000;
  snapshot.spool.limit_bytes = 20'000'000'000;
  snapshot.spool.free_bytes = 70'000'000'000;
  snapshot.spool.streams = 4;
  snapshot.spool.ended_streams = 2;
  snapshot.spool.lines_taken = 1240000;
  snapshot.spool.bytes_taken = 99'000'000;
  snapshot.spool.lines_dropped = {{"drop-newest", 17}, {"no-disk", 0}};
  snapshot.delivery.has_begun = true;
  snapshot.delivery.destinations = {SampleHealthy(), SampleHeld()};
  snapshot.delivery.budget_bytes = 65536;
  snapshot.delivery.budget_limit_bytes = 25165824;
  snapshot.delivery.dead_letter_bytes = 900;
  snapshot.dead_letters_limit_bytes = 268435456;
  ContainerRoute es{.slot = "es", .destination = "es https://es:9200", .waiting = 7, .waiting_bytes = 4096,
                    .oldest_waiting_seconds = 0.25, .problem = {}, .next_step = {}};
  ContainerRoute http{.slot = "http", .destination = "http https://hooks/x?...", .waiting = 40, .waiting_bytes = 800,
                      .oldest_waiting_seconds = 7384, .problem = {}, .next_step = {}};
  ContainerRoute lost{.slot = "http", .destination = {}, .waiting = 5, .waiting_bytes = 90,
                      .oldest_waiting_seconds = 0, .problem = "read /files/token: no such file",
                      .next_step = "mend what it says; looked at again each 30 s"};
  snapshot.containers = {{.id = std::string(64, 'a'), .name = "api", .streams = 1, .routes = {lost}},
                         {.id = std::string(64, 'b'), .name = "quiet", .streams = 1, .routes = {}},
                         {.id = std::string(64, 'c'), .name = "web", .streams = 2, .routes = {es, http}}};
  return snapshot;
}

}  // namespace tailrace
