#include "delivery/books.h"

namespace tailrace {

namespace {

std::string_view DropReason(const RecordPlace& place) {
  return place.kind == RecordKind::kMarker ? GapReasonName(place.reason) : std::string_view("dead-letters-full");
}

}  // namespace

void Books::SettleDead(StreamSlot& slot, const RecordPlace& place, std::string_view type) {
  const uint64_t before = dead;
  Settle(slot, place, Settlement::kDead);
  if (dead == before) return;
  std::string name(type.empty() ? "unknown" : type.substr(0, kTypeBytesMax));
  if (dead_by.size() >= kTypesMax && !dead_by.contains(name)) name = "other";
  dead_by[name] += dead - before;
}

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
    case Settlement::kDropped:
      dropped += lines;
      if (lines > 0) dropped_by[DropReason(place)] += lines;
      return;
    case Settlement::kCorrupt: corrupt += lines; return;
  }
}

}  // namespace tailrace
