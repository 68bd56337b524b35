#include "sinks/spool/held_lines.h"

namespace tailrace {

bool HeldLines::GiveOut(Source source, LogEncoder::LineEnd end, LineOutput& out) {
  Held& held = held_[static_cast<size_t>(source)];
  const bool goes_on = out.Add({source, held.time_nano, held.text, end});
  // The memory goes too: a line this long is rare, and readers may wait for days.
  held.text = std::string();
  return goes_on;
}

bool HeldLines::Add(const LogEntry& entry, uint64_t offset, uint64_t end, LineOutput& out) {
  Held& held = held_[static_cast<size_t>(entry.source)];
  if (!IsHeld(entry.source)) held.time_nano = entry.time_nano;
  const LineJoiner::Outcome outcome = joiner_.Add(entry, offset, end);
  if (outcome.cut_before && !GiveOut(entry.source, LogEncoder::LineEnd::kNone, out)) return false;
  held.text += entry.line;
  return !outcome.complete || GiveOut(entry.source, LogEncoder::LineEnd::kNewline, out);
}

bool HeldLines::GiveOutOpen(LineOutput& out) {
  for (Source source : {Source::kStdout, Source::kStderr}) {
    if (IsHeld(source) && !GiveOut(source, LogEncoder::LineEnd::kNone, out)) return false;
  }
  joiner_.Reset();
  return true;
}

void HeldLines::Reset() {
  joiner_.Reset();
  held_ = {};
}

}  // namespace tailrace
