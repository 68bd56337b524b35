// RestPolicy: how long a FIFO is left alone after a visit. dockerd makes one small write a line; waking for each costs
// ten times what letting lines gather does. An idle FIFO is armed and wakes intake at once; a busy one rests, unarmed,
// for as long as filling half its pipe takes at the present rate. A value for one FIFO; pure.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/clock.h"

namespace tailrace {

struct VisitFacts {
  size_t bytes = 0;
  size_t frames = 0;
  Nanos since_last{0};     // since the visit before
  size_t pipe_bytes = 64_KiB;
  bool is_followed = false;  // somebody waits for these lines now
};

class RestPolicy {
 public:
  static constexpr Nanos kRestMax = std::chrono::milliseconds(5);
  static constexpr Nanos kRestFollowedMax = std::chrono::milliseconds(1);
  static constexpr Nanos kRestMin = std::chrono::microseconds(100);
  // Entries of this size and more gain nothing from gathering; they lose by it.
  static constexpr size_t kBigEntryBytes = 4_KiB;
  // So long intake may be kept from its work, by the disk or by other programs, before a busy FIFO's pipe is full.
  static constexpr Nanos kStallMax = std::chrono::milliseconds(200);
  // Fewer frames than this in the longest rest: the FIFO is quiet.
  static constexpr size_t kBusyFrames = 3;

  struct Decision {
    bool arm = true;          // else rest
    bool is_quiet = false;    // armed, and not for the size of its entries
    Nanos rest{0};
    bool grow_pipe = false;   // a larger one would let it rest longer, or keep its writer from waiting for us
  };
  Decision After(const VisitFacts& visit);

 private:
  double bytes_per_ns_ = 0;
  double frames_per_ns_ = 0;
};

}  // namespace tailrace
