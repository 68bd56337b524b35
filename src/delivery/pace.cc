#include "delivery/pace.h"

#include <algorithm>

namespace tailrace {

BatchLimits Pace::limits() const {
  BatchLimits limits;
  limits.bytes = is_probing_ ? std::min(bytes_max_, kProbeBytes) : bytes_max_;
  return limits;
}

void Pace::OnDelivered(const Attempt& attempt) {
  unknown_ = 0;
  if (attempt.body_bytes > sizing_from_) is_sizing_ = false;
  good_ = std::max(good_, attempt.body_bytes);
  if (attempt.body_bytes > kProbeBytes) refused_ = 0;
  concurrency_.OnSuccess(attempt.in_flight);
  if (bytes_max_ < BatchLimits::kBytesMax && attempt.body_bytes >= bytes_max_ / 2) GrowSize();
  if (attempt.started < blocked_at_) return;  // It began before the trouble did.
  backoff_.Reset();
  is_probing_ = false;
  is_held_ = false;
}

// One failure of many that began together counts once.
void Pace::Block(MonoTime now, const Attempt& attempt, const Backoff::Range& range) {
  if (attempt.started < blocked_at_) {
    blocked_until_ = std::max(blocked_until_, now + std::min(range.floor, Backoff::kAskedMax));
    return;
  }
  const MonoTime until = now + backoff_.Fail(random_, range);
  blocked_until_ = std::max(blocked_until_, until);
  blocked_at_ = now;
  is_probing_ = true;
}

void Pace::OnSlow(MonoTime now, const Attempt& attempt, std::optional<Nanos> retry_after, bool was_refused) {
  unknown_ = 0;
  if (was_refused && concurrency_.limit() == 1 && attempt.body_bytes > kProbeBytes && ++refused_ >= kRefusedMax) {
    refused_ = 0;
    LearnSize(attempt.body_bytes);
  }
  concurrency_.OnOverload();
  const Nanos floor = std::max(retry_after.value_or(Nanos(0)), Backoff::kOverloadedMin);
  Block(now, attempt, {.floor = floor, .max = Backoff::kOverloadedMax});
}

void Pace::OnNoAnswer(MonoTime now, bool is_sample) {
  if (is_sample) concurrency_.OnOverload();
  blocked_at_ = now;
  is_probing_ = true;
}

void Pace::OnUnknown(MonoTime now, const Attempt& attempt) {
  if (++unknown_ >= kUnknownMax) {
    OnHold(now);
    return;
  }
  concurrency_.OnOverload();
  Block(now, attempt, {});
}

void Pace::OnHold(MonoTime now) {
  blocked_until_ = std::max(blocked_until_, now + kHold);
  blocked_at_ = now;
  is_probing_ = true;
  is_held_ = true;
}

void Pace::EndHold(MonoTime now) {
  if (is_held_) blocked_until_ = now;
}

void Pace::OnTooLarge(size_t body_bytes) {
  is_sizing_ = true;
  sizing_from_ = 0;
  LearnSize(body_bytes);
}

void Pace::LearnSize(size_t body_bytes) {
  passed_ = 0;
  too_large_ = std::min(too_large_, body_bytes);
  if (good_ >= body_bytes) good_ = 0;  // The server takes less than it did.
  bytes_max_ = std::max<size_t>(1, std::min(bytes_max_, std::max(good_, body_bytes / 2)));
}

void Pace::GrowSize() {
  const size_t next = std::min(BatchLimits::kBytesMax, bytes_max_ + bytes_max_ / 4 + 1);
  const bool is_daring = next >= too_large_;
  if (++passed_ < (is_daring ? patience_ : kGrowAfter)) return;
  passed_ = 0;
  // One at a time, until it is known to be right.
  is_sizing_ = true;
  sizing_from_ = bytes_max_;
  bytes_max_ = next;
  if (!is_daring) return;
  too_large_ = SIZE_MAX;
  patience_ = std::min(patience_ * 4, kPatienceMax);
}

}  // namespace tailrace
