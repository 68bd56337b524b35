#include "wire/line_joiner.h"

namespace tailrace {

LineJoiner::Outcome LineJoiner::Add(const LogEntry& entry, uint64_t offset, uint64_t end) {
  Part& open = open_[static_cast<size_t>(entry.source)];
  Outcome outcome;
  bool is_full = open.pieces == kPiecesMax || open.text_bytes + entry.line.size() > kLineBytesMax;
  if (open.pieces > 0 && is_full) {
    outcome.cut_before = true;
    outcome.cut = open;
    open = {.continues = true};
  }
  if (open.pieces == 0) {
    open.first = offset;
    open.time_nano = entry.time_nano;
  }
  ++open.pieces;
  open.text_bytes += entry.line.size();
  open.end = end;
  if (entry.ends_line()) {
    open.ends_line = true;
    outcome.complete = true;
    outcome.line = open;
    open = {};
  }
  return outcome;
}

}  // namespace tailrace
