// MemPipe: what a pipe holds, buffer by buffer as Linux does it, because how much fits depends on it: 16 buffers of a page,
// a small write continues the last one if it fits there as a whole, else it takes a new one. Owned by a MemTree's
// inode; one thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace tailrace {

class MemPipe {
 public:
  static constexpr size_t kPageBytes = 4096;  // also PIPE_BUF: so much is written whole or not at all
  static constexpr size_t kDefaultBytes = 16 * kPageBytes;

  // How many of the bytes went in; 0: the writer would have to wait.
  size_t Write(std::string_view bytes);
  // Up to `n` bytes from the head; they stay.
  std::string Peek(size_t n) const;
  // Up to `n` bytes from the head; they go.
  std::string Take(size_t n);
  size_t bytes() const { return bytes_; }
  size_t capacity() const { return buffers_max_ * kPageBytes; }
  // Rounds up to a power of two; false when more buffers than that are in use.
  bool Resize(size_t bytes);

 private:
  struct Buffer {
    std::string page;    // from the page's beginning to the last byte written
    size_t taken = 0;    // of it, from the beginning
  };

  std::deque<Buffer> buffers_;
  size_t buffers_max_ = kDefaultBytes / kPageBytes;
  size_t bytes_ = 0;
};

}  // namespace tailrace
