// What a segment occupies beyond its size, as the disk tells it: for tests of room ahead on a MemDisk.
#pragma once

#include "base/disk.h"

namespace tailrace {

inline uint64_t RoomBeyondEnd(const FileInfo& info) {
  constexpr uint64_t kBlock = 4096;
  const uint64_t own = (info.bytes + kBlock - 1) / kBlock * kBlock;
  return info.disk_bytes > own ? info.disk_bytes - own : 0;
}

}  // namespace tailrace
