// ReadBuffer: the one buffer through which all streams are read back, a block at a time. Whoever read last owns what is
// in it; another reader that comes in between reads again. Owned by Delivery; delivery thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "wire/frame.h"

namespace tailrace {

class ReadBuffer {
 public:
  static constexpr size_t kBytes = kFrameHeaderBytes + kFrameBodyBytesMax;
  // What is read at once, unless a frame does not fit.
  static constexpr size_t kReadBytes = 160_KiB;  // two blocks of the index

  ReadBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(kBytes)) {}

  std::span<char> bytes() { return {bytes_.get(), kBytes}; }
  // The caller fills it now; what others had in it is gone. The number says whether it still is the caller's.
  uint64_t Take() { return ++turn_; }
  bool IsStill(uint64_t turn) const { return turn == turn_; }
  uint64_t turn() const { return turn_; }

  // For lines of several pieces: their text, put together.
  std::string joined;

 private:
  const std::unique_ptr<char[]> bytes_;
  uint64_t turn_ = 0;
};

}  // namespace tailrace
