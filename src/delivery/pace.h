// Pace: when a destination may be sent something, how many requests at once, and how large: back-off, holds,
// concurrency and the size learned from refusals. A resource of its Destination; pure but for the dice. Delivery
// thread.
//
//     normal ──overloaded, out of reach, not understood──► backing off ──its time──► probing: one small request
//       ▲  └──refused until an operator mends it──► held, 30 s ──┘                      │
//       └────────────────────────────────────────── an answer that delivers ◄───────────┘
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "delivery/backoff.h"
#include "delivery/batch.h"
#include "delivery/concurrency_limit.h"

namespace tailrace {

class Pace {
 public:
  static constexpr Nanos kHold = std::chrono::seconds(30);
  static constexpr size_t kProbeBytes = 64_KiB;
  // Answers in a row that nobody can understand, until they are taken for a wrong address.
  static constexpr int kUnknownMax = 5;
  // Refusals of large requests as too many, in a row, until they are taken for too large.
  static constexpr int kRefusedMax = 3;
  // Answers to full requests, until a learned size is raised; and until one is tried that was too large before, which
  // takes longer each time it fails.
  static constexpr int kGrowAfter = 32;
  static constexpr int kPatience = 4096;
  static constexpr int kPatienceMax = 1 << 20;

  explicit Pace(Random& random) : random_(random) {}

  bool MayStart(MonoTime now, size_t in_flight) const { return now >= blocked_until_ && in_flight < limit(); }
  size_t limit() const { return is_probing_ || is_sizing_ ? 1 : concurrency_.limit(); }
  size_t concurrency() const { return concurrency_.limit(); }
  BatchLimits limits() const;
  MonoTime blocked_until() const { return blocked_until_; }
  bool is_probing() const { return is_probing_; }
  bool is_held() const { return is_held_; }

  // One request, as the verdict on it needs it.
  struct Attempt {
    MonoTime started;
    size_t body_bytes = 0;
    size_t in_flight = 1;  // when it began, itself included
  };
  void OnDelivered(const Attempt& attempt);
  // 408, 429, 5xx: the server is there. `was_refused`: as too many (429).
  void OnSlow(MonoTime now, const Attempt& attempt, std::optional<Nanos> retry_after, bool was_refused);
  // No answer. `is_sample`: the server may have been too slow, not only out of reach. How long to wait is the
  // addresses' business (url_set.h); what is sent then is a probe.
  void OnNoAnswer(MonoTime now, bool is_sample);
  void OnUnknown(MonoTime now, const Attempt& attempt);
  void OnHold(MonoTime now);
  // Credentials or addresses have changed: try at once.
  void EndHold(MonoTime now);
  void OnTooLarge(size_t body_bytes);

 private:
  void Block(MonoTime now, const Attempt& attempt, const Backoff::Range& range);
  void LearnSize(size_t body_bytes);
  void GrowSize();

  Random& random_;
  Backoff backoff_;
  ConcurrencyLimit concurrency_;
  MonoTime blocked_until_{0};
  MonoTime blocked_at_{INT64_MIN};  // requests that began before are no news
  bool is_probing_ = false;
  bool is_held_ = false;
  bool is_sizing_ = false;          // until a larger request than this has passed:
  size_t sizing_from_ = 0;
  size_t bytes_max_ = BatchLimits::kBytesMax;
  int unknown_ = 0;
  int refused_ = 0;
  int passed_ = 0;
  int patience_ = kPatience;
  size_t too_large_ = SIZE_MAX;     // the smallest body that was refused for its size
  size_t good_ = 0;                 // the largest that was not, since
};

}  // namespace tailrace
