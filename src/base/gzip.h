// GzipCompressor: a whole body in, one gzip member out, by ISA-L level 1 (five times as fast as zlib, and smaller), by
// zlib where ISA-L was not built in. Reusable; owned by whoever sends bodies, one thread at a time. Its state takes
// about 0.4 MiB, whatever it compresses.
// It does not stream: a body is in memory anyway until its answer is there.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace tailrace {

class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  // The same bytes for the same body, always.
  std::string Compress(std::string_view body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The content of one or more gzip members. kCorrupt when it is not that, is cut, or would be larger than `bytes_max`;
// by zlib, so that it is no relative of what it checks.
Result<std::string> GunzipBounded(std::string_view gzip, size_t bytes_max);

}  // namespace tailrace
