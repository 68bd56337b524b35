// PosixFifo: the reading end of a named pipe of the kernel. Owned by whoever opened it; one thread at a time.
#pragma once

#include <string>

#include "base/disk.h"
#include "base/unique_fd.h"

namespace tailrace {

class PosixFifo final : public Fifo {
 public:
  // `path` is for messages.
  PosixFifo(UniqueFd fd, std::string path);

  Result<size_t> Available() override;
  Result<MoveOutcome> Peek(std::span<char> out) override;
  Status Drop(size_t n) override;
  size_t Capacity() override;
  Status Resize(size_t bytes) override;

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }

 private:
  // The error in errno.
  Status Failed(std::string_view doing) const;
  Status MakePeekPipe();
  Status ReadPeekPipe(std::span<char> out);

  UniqueFd fd_;
  std::string path_;
  // The private pipe that Peek copies into; made at the first Peek, and empty between calls.
  UniqueFd peek_read_;
  UniqueFd peek_write_;
};

}  // namespace tailrace
