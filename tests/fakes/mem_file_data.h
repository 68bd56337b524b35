// MemFileData: what a file holds, for those who read it and for those who come after a power loss. Between them lie the
// sectors written since the last sync, each of which a power loss keeps or loses. Owned by a MemTree's inode; one
// thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace tailrace {

class MemFileData {
 public:
  static constexpr uint64_t kSectorBytes = 512;
  static constexpr uint64_t kBlockBytes = 4096;  // the unit of what a file occupies

  const std::string& bytes() const { return bytes_; }
  // So many bytes from the beginning stay as they are, whatever a power loss does.
  uint64_t DurableBytes() const;
  uint64_t disk_bytes() const { return blocks_in_use_ * kBlockBytes; }

  // How many of `n` bytes can be written at `offset` if only so many blocks may be added.
  uint64_t WritableBytes(uint64_t offset, uint64_t n, uint64_t blocks_free) const;
  // Bytes between the old end and `offset` are zero and occupy nothing.
  void Write(uint64_t offset, std::string_view bytes);
  // Room beyond the end that occupies the disk; false, and none, if only so many blocks may be added.
  bool Reserve(uint64_t offset, uint64_t n, uint64_t blocks_free);
  void Unreserve();
  // As a test's own tampering: visible and durable at once.
  void Replace(std::string bytes);

  void Sync();
  // A sync that failed: what it should have written is taken for clean, and a later sync does not write it either.
  void FailSync();
  // The kernel writes some of the sectors on its own.
  void Writeback(Random& random);
  // What was not synced is kept or lost, sector by sector; the file ends somewhere between the synced and the last end.
  void LosePower(Random& random);

 private:
  struct Dirty {
    std::string durable;        // the sector as it is on the disk; empty: nothing but zeros
    bool is_abandoned = false;  // by a failed sync
  };

  void Allocate(uint64_t offset, uint64_t end);
  void RememberDurable(uint64_t sector);
  void Restore(uint64_t sector, const Dirty& dirty);
  void CutTo(uint64_t size);

  std::string bytes_;
  std::vector<bool> blocks_;  // which are allocated
  uint64_t blocks_in_use_ = 0;
  std::map<uint64_t, Dirty> dirty_;
  uint64_t durable_size_ = 0;
};

}  // namespace tailrace
