// Books: what became of a destination's lines, counted when it is settled. A value; delivery thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "delivery/stream_slot.h"

namespace tailrace {

struct Books {
  // More types of errors than this are counted as "other": they are the server's words.
  static constexpr size_t kTypesMax = 16;
  static constexpr size_t kTypeBytesMax = 64;

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
  std::map<std::string, uint64_t> dead_by;          // by type of error
  std::map<std::string_view, uint64_t> dropped_by;  // by reason

  uint64_t settled() const { return delivered + dead + dropped + corrupt; }
  void Settle(StreamSlot& slot, const RecordPlace& place, Settlement how);
  void SettleDead(StreamSlot& slot, const RecordPlace& place, std::string_view type);
};

}  // namespace tailrace
