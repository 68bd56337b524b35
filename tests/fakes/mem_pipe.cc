#include "tests/fakes/mem_pipe.h"

#include <algorithm>
#include <bit>

namespace tailrace {

size_t MemPipe::Write(std::string_view bytes) {
  size_t accepted = 0;
  // Only what does not fill whole pages may continue the last buffer.
  size_t odd = bytes.size() % kPageBytes;
  if (odd != 0 && !buffers_.empty() && buffers_.back().page.size() + odd <= kPageBytes) {
    buffers_.back().page += bytes.substr(0, odd);
    accepted = odd;
  }
  while (accepted < bytes.size() && buffers_.size() < buffers_max_) {
    buffers_.push_back({std::string(bytes.substr(accepted, kPageBytes))});
    accepted += buffers_.back().page.size();
  }
  bytes_ += accepted;
  return accepted;
}

std::string MemPipe::Peek(size_t n) const {
  std::string head;
  for (const Buffer& buffer : buffers_) {
    if (head.size() == n) break;
    head += std::string_view(buffer.page).substr(buffer.taken, n - head.size());
  }
  return head;
}

std::string MemPipe::Take(size_t n) {
  std::string head = Peek(n);
  bytes_ -= head.size();
  for (size_t left = head.size(); left > 0;) {
    Buffer& first = buffers_.front();
    size_t step = std::min(left, first.page.size() - first.taken);
    first.taken += step;
    left -= step;
    if (first.taken == first.page.size()) buffers_.pop_front();
  }
  return head;
}

bool MemPipe::Resize(size_t bytes) {
  size_t buffers = std::bit_ceil(std::max(bytes, kPageBytes)) / kPageBytes;
  if (buffers < buffers_.size()) return false;
  buffers_max_ = buffers;
  return true;
}

}  // namespace tailrace
