// Frames: how entries follow each other on the FIFO and in a segment: a 4-byte big-endian length, then so many bytes of
// protobuf (log_entry.h); the length does not count itself. Pure; any thread.
//
//     bytes        00 00 00 2f | 0a 06 "stdout" 10 … 1a … | 00 00 …
//                  length      | body                     | next frame
//     as splice(2) may cut them: anywhere. A cut frame is not damage: its rest is still in the pipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace tailrace {

inline constexpr size_t kFrameHeaderBytes = 4;
// Larger lengths, and a length of zero (no entry is empty), are damage. The largest seen from dockerd is 16,478.
inline constexpr size_t kFrameBodyBytesMax = 1_MiB;

struct FrameStep {
  enum class Kind {
    kFrame,     // `bytes` = the whole frame, header included; `body` its body
    kNeedMore,  // the bytes end inside a frame (or are none); `bytes` = the frame's whole size if known, else 0
    kDamage,    // framing is lost for `bytes` > 0; go on behind them
  };
  Kind kind = Kind::kNeedMore;
  size_t bytes = 0;
  std::string_view body;
};

// Looks at the frame that begins at bytes[0]. `at_end`: no more bytes will ever follow (then a cut frame is still
// kNeedMore, the caller knows what it means; only the search after damage is finished differently).
// A frame that another one follows is not looked into: when its body turns out to be no entry, the damage may be in its
// length all the same, and FindFrame(bytes, 1, at_end) says where to go on.
// Depends on nothing but its arguments. Damage never runs past a place where a chain of plausible frames begins.
FrameStep NextFrame(std::string_view bytes, bool at_end);

// The first offset >= from at which a plausible frame begins: length in bounds, a body that starts like dockerd's
// (0a 06 "stdout" | "stderr"), and, where the bytes reach that far, another such header or the exact end behind it.
// bytes.size() if there is none.
size_t FindFrame(std::string_view bytes, size_t from, bool at_end);

}  // namespace tailrace
