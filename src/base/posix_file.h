// PosixFile: File on a descriptor of the kernel. Owned by whoever opened it; one thread at a time.
#pragma once

#include <string>

#include "base/disk.h"
#include "base/unique_fd.h"

namespace tailrace {

class PosixFile final : public File {
 public:
  // `path` is for messages.
  PosixFile(UniqueFd fd, std::string path);

  Result<size_t> ReadAt(uint64_t offset, std::span<char> out) override;
  Status WriteAt(uint64_t offset, std::string_view bytes) override;
  Result<uint64_t> Size() override;
  Status Reserve(uint64_t offset, uint64_t bytes) override;
  Status Unreserve() override;
  Status Sync() override;
  // `fifo` is a PosixFifo: files and FIFOs of different disks never meet.
  Result<MoveOutcome> SpliceFrom(Fifo& fifo, uint64_t offset, size_t n) override;
  Status Lock() override;

 private:
  // The error in errno.
  Status Failed(std::string_view doing) const;

  UniqueFd fd_;
  std::string path_;
};

}  // namespace tailrace
