// Delivery's figures, as other threads see them: values, copied out of the delivery thread. Unit: lines, where nothing
// else is said; they start at 0 with the process, `taken` with what was waiting. No credentials in any text.
// taken = delivered + dead + dropped + corrupt + waiting, and `waiting` is counted from positions, never as a
// difference.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"

namespace tailrace {

enum class DestinationState {
  kHealthy,
  kBackingOff,  // out of reach, overloaded or not understood: tried again by itself
  kHolding,     // refuses until an operator has done something; tried each 30 s
};
std::string_view DestinationStateName(DestinationState state);

struct DestinationStats {
  std::string label;          // "<kind> <first URL, without its query>", made unique: names it for as long as the process runs
  std::string kind;           // "es"
  std::vector<std::string> urls;  // without their queries: receivers take tokens there
  bool is_unverified = false; // <kind>-tls-verify=off
  size_t containers = 0;
  size_t streams = 0;
  size_t held_streams = 0;    // wait for an operator by themselves

  uint64_t taken = 0;
  uint64_t delivered = 0;
  uint64_t duplicate = 0;     // of the delivered: the server had them
  uint64_t foreign_duplicate = 0;  // of these: nothing says that we ever sent them
  uint64_t diverted = 0;      // of the delivered: into the server's failure store
  uint64_t dead = 0;
  std::map<std::string, uint64_t> dead_by;     // by the server's type of error; few: "other"
  uint64_t dropped = 0;       // lost before they could be sent, or refused with full dead letters
  std::map<std::string, uint64_t> dropped_by;  // drop-oldest, drop-newest, damage, dead-letters-full
  uint64_t corrupt = 0;
  uint64_t waiting = 0;
  uint64_t waiting_bytes = 0;      // of the streams, from where everything has had its outcome
  double oldest_waiting_seconds = 0;

  uint64_t requests_ok = 0;
  uint64_t requests_failed = 0;    // no answer
  uint64_t requests_refused = 0;   // an answer that did not accept all
  uint64_t sent = 0;               // records handed to the transport, those sent again included
  uint64_t retries = 0;            // records to be sent once more
  std::map<std::string, uint64_t> retries_by;  // unreachable, unknown, overloaded, held, item
  uint64_t splits = 0;
  uint64_t rewinds = 0;
  uint64_t bytes_sent = 0;         // bodies as they went out
  Histogram request_seconds{kRequestSecondsBounds};
  Histogram batch_bytes{kBatchBytesBounds};        // plain
  Histogram end_to_end_seconds{kAgeSecondsBounds}; // of the first line of each request that was delivered

  DestinationState state = DestinationState::kHealthy;
  size_t in_flight = 0;            // requests
  size_t concurrency_limit = 0;
  double backoff_seconds = 0;      // until the next attempt; 0: none
  std::string last_error;          // it stays when the trouble is over
  WallTime last_error_at;
  std::string next_step;           // what an operator can do; empty: all is well
};

struct SlotStats {
  std::string container_id;
  std::string container_name;
  std::string slot;
  std::string destination;    // its label; empty: it has none
  uint64_t waiting = 0;
  uint64_t waiting_bytes = 0;
  double oldest_waiting_seconds = 0;
  std::string problem;        // why it waits for an operator; empty: it does not
  std::string next_step;      // what he can do
};

struct DeliveryStats {
  bool has_begun = false;
  std::vector<DestinationStats> destinations;
  std::vector<SlotStats> slots;
  uint64_t cursor_errors = 0;
  uint64_t budget_bytes = 0;        // used
  uint64_t budget_limit_bytes = 0;
  uint64_t dead_letter_bytes = 0;
};

}  // namespace tailrace
