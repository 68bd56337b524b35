// Positions and counts: the words in which the journal speaks of lines. Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "wire/log_entry.h"

namespace tailrace {

// Drawn at StartLogging from 8 random bytes; derived from nothing, never used twice.
struct StreamId {
  uint64_t value = 0;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
  std::string ToString() const { return Hex64(value); }
};

// Names a byte, and so a line, for ever: an offset in the byte stream of one FIFO, lost bytes included.
struct Position {
  StreamId stream;
  uint64_t offset = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// Line ends per source since the beginning of a stream (frames that are not partial, or the last piece).
struct LineCounts {
  std::array<uint64_t, kSources> ends{};
  uint64_t total() const { return ends[0] + ends[1]; }
  uint64_t& of(Source source) { return ends[static_cast<size_t>(source)]; }
  uint64_t of(Source source) const { return ends[static_cast<size_t>(source)]; }
  friend bool operator==(const LineCounts&, const LineCounts&) = default;
  friend LineCounts operator-(const LineCounts& a, const LineCounts& b) {
    return {{a.ends[0] - b.ends[0], a.ends[1] - b.ends[1]}};
  }
  friend LineCounts operator+(const LineCounts& a, const LineCounts& b) {
    return {{a.ends[0] + b.ends[0], a.ends[1] + b.ends[1]}};
  }
};

}  // namespace tailrace
