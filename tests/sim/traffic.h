// Traffic: lines as containers write them, drawn by the seed: mostly short, some of a page and more, some cut into
// pieces, some never ended, both sources mixed. Owned by the test; one thread.
#pragma once

#include <string>

#include "base/clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/sim/written.h"

namespace tailrace {

class Traffic {
 public:
  explicit Traffic(SeededRandom& random) : random_(random) {}

  // Appends the frames of one line, or a part of one.
  void AddLine(Written& written, WallTime now);
  // Appends lines of together at least `bytes` bytes.
  void AddBytes(Written& written, WallTime now, size_t bytes);
  // Appends a plain line of so many bytes.
  void AddPlain(Written& written, WallTime now, size_t line_bytes);

 private:
  size_t DrawBytes();
  std::string DrawText(size_t bytes);

  SeededRandom& random_;
  uint64_t number_ = 0;  // makes every line unlike any other
};

}  // namespace tailrace
