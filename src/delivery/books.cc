#include "delivery/books.h"

namespace tailrace {

void Books::Settle(StreamSlot& slot, const RecordPlace& place, Settlement how) {
  const uint64_t lines = slot.Settle(place, how);
  // However a marker fared, the lines that it stands for are gone.
  switch (place.kind == RecordKind::kMarker ? Settlement::kDropped : how) {
    case Settlement::kDelivered: delivered += lines; return;
    case Settlement::kDuplicate:
      delivered += lines;
      duplicate += lines;
      return;
    case Settlement::kDead: dead += lines; return;
    case Settlement::kDropped: dropped += lines; return;
    case Settlement::kCorrupt: corrupt += lines; return;
  }
}

}  // namespace tailrace
