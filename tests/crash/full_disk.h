// FullDisk: a real ext4 of a few megabytes on a loop device, for ENOSPC as the kernel gives it. Needs root. Owned by the
// test; unmounted and detached at its end.
#pragma once

#include <cstdint>
#include <string>

#include "tests/fakes/temp_dir.h"

namespace tailrace {

class FullDisk {
 public:
  explicit FullDisk(uint64_t bytes);
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  bool is_mounted() const { return is_mounted_; }
  const std::string& path() const { return path_; }
  // A neighbour's file takes room away until about `left` bytes are free, or gives it back. Others may be writing
  // meanwhile: what they have taken in between need not be taken again.
  void FillUpTo(uint64_t left);
  void Free();
  uint64_t free_bytes() const;

 private:
  const TempDir dir_;
  const std::string path_;
  bool is_mounted_ = false;
};

}  // namespace tailrace
