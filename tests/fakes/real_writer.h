// RealWriter: holds a real FIFO as dockerd does, open for reading and writing; MemWriter's twin. Owned by the test.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace tailrace {

// mkfifo(3); CHECKs that it works. Returns the path.
std::string MakeRealFifo(const std::string& path);

class RealWriter {
 public:
  explicit RealWriter(const std::string& path);

  // How many of the bytes the pipe took; 0: it would block.
  size_t Write(std::string_view bytes);
  void Close() { fd_ = UniqueFd(); }
  bool is_open() const { return fd_.is_open(); }

 private:
  UniqueFd fd_;
};

}  // namespace tailrace
