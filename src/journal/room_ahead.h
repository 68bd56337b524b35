// RoomAhead: disk room that a busy segment has beyond its end, because appending there is cheaper; its size says nothing of
// it, so the end of a stream is still the end of its file (rule R1). Given back when the segment is sealed, and when its
// stream is quiet or over; what a killed process has left is given back by the next. Owned by a StreamWriter; intake thread.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/disk.h"

namespace tailrace {

class RoomAhead {
 public:
  static constexpr uint64_t kStepBytes = 1_MiB;

  // A new segment, which has none; or one of a process before, of which it is not known.
  void OnNewFile() { *this = RoomAhead(); }
  void OnOldFile() {
    OnNewFile();
    may_have_some_ = true;
  }
  // Before `bytes` are appended at `end`, of a file that may become `bytes_max` long. That the disk refuses does no harm:
  // it is asked no more about this file.
  void Provide(File& file, uint64_t end, uint64_t bytes, uint64_t bytes_max);
  void GiveBack(File& file);

  bool may_have_some() const { return may_have_some_; }

 private:
  uint64_t reserved_to_ = 0;  // offset in the file
  bool may_have_some_ = false;
  bool is_refused_ = false;
};

}  // namespace tailrace
