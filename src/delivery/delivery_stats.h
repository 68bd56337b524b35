// Delivery's figures, as other threads see them: values, copied out of the delivery thread now and then. Unit: lines,
// where nothing else is said; they start at 0 with the process, `taken` with what was waiting.
// taken = delivered + dead + dropped + corrupt + waiting, and `waiting` is counted from positions, never as a
// difference.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tailrace {

struct DestinationStats {
  std::string label;          // "<kind> <first URL>": no credentials
  uint64_t taken = 0;
  uint64_t delivered = 0;
  uint64_t duplicate = 0;     // of the delivered: the server had them
  uint64_t foreign_duplicate = 0;  // of these: nothing says that we ever sent them
  uint64_t diverted = 0;      // of the delivered: into the server's failure store
  uint64_t dead = 0;
  uint64_t dropped = 0;       // lost before they could be sent, or refused with full dead letters
  uint64_t corrupt = 0;
  uint64_t waiting = 0;
  uint64_t requests_ok = 0;
  uint64_t requests_failed = 0;    // no answer
  uint64_t requests_refused = 0;   // an answer that did not accept all
  uint64_t retries = 0;            // records sent once more
  uint64_t splits = 0;
  uint64_t rewinds = 0;
  uint64_t bytes_sent = 0;         // bodies as they went out
  size_t streams = 0;
  size_t in_flight = 0;
  size_t concurrency_limit = 0;
  size_t held_streams = 0;
  bool is_held = false;
  double backoff_seconds = 0;      // until the next attempt; 0: none
  double oldest_waiting_seconds = 0;  // since the oldest stream with something waiting last made progress
  std::string last_error;
  WallTime last_error_at;
};

struct SlotStats {
  std::string container_id;
  std::string container_name;
  std::string slot;
  std::string destination;    // its label; empty: it has none
  uint64_t waiting = 0;
  std::string problem;        // why it waits for an operator; empty: it does not
};

struct DeliveryStats {
  bool has_begun = false;
  std::vector<DestinationStats> destinations;
  std::vector<SlotStats> slots;
  uint64_t cursor_errors = 0;
  uint64_t budget_bytes = 0;
  uint64_t dead_letter_bytes = 0;
};

}  // namespace tailrace
