// Books: what became of a destination's lines, counted when it is settled. A value; delivery thread.
#pragma once

#include <cstdint>

#include "delivery/stream_slot.h"

namespace tailrace {

struct Books {
  uint64_t delivered = 0;
  uint64_t duplicate = 0;          // of the delivered
  uint64_t foreign_duplicate = 0;  // of these
  uint64_t diverted = 0;           // of the delivered
  uint64_t dead = 0;
  uint64_t dropped = 0;
  uint64_t corrupt = 0;
  uint64_t retries = 0;            // records
  uint64_t splits = 0;             // requests
  uint64_t rewinds = 0;

  uint64_t settled() const { return delivered + dead + dropped + corrupt; }
  void Settle(StreamSlot& slot, const RecordPlace& place, Settlement how);
};

}  // namespace tailrace
