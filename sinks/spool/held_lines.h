// HeldLines: the text of the lines of which only pieces have come, per source, until they can be given out whole.
// A line beyond the joiner's limits is given out in parts, only the last of which ends with a newline. A value; one owner.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sinks/spool/line_output.h"
#include "wire/line_joiner.h"

namespace tailrace {

class HeldLines {
 public:
  // Adds the entry of the frame at [offset, end), and gives out what it completes. False: the answer is over.
  bool Add(const LogEntry& entry, uint64_t offset, uint64_t end, LineOutput& out);
  // Gives out, as they are, the lines that will never end. False: the answer is over.
  bool GiveOutOpen(LineOutput& out);
  // Forgets what is held: the rest is lost in a gap.
  void Reset();

  bool IsHeld(Source source) const { return joiner_.Open(source).pieces > 0; }

 private:
  struct Held {
    std::string text;
    int64_t time_nano = 0;  // of the line's first piece, for all its parts
  };

  bool GiveOut(Source source, LogEncoder::LineEnd end, LineOutput& out);

  LineJoiner joiner_;
  std::array<Held, kSources> held_;
};

}  // namespace tailrace
