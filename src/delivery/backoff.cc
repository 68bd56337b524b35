#include "delivery/backoff.h"

#include <algorithm>

namespace tailrace {

namespace {
constexpr int kDoublingsMax = 20;
}  // namespace

Nanos Backoff::Draw(Random& random, int failures, const Range& range) {
  const Nanos ceiling = std::min(range.max, kFirst * (int64_t{1} << std::clamp(failures, 0, kDoublingsMax)));
  const auto drawn = static_cast<int64_t>(random.Next64() % static_cast<uint64_t>(ceiling.count() + 1));
  return std::max(Nanos(drawn), std::clamp(range.floor, Nanos(0), kAskedMax));
}

Nanos Backoff::Fail(Random& random, const Range& range) {
  const Nanos wait = Draw(random, failures_, range);
  if (failures_ < kDoublingsMax) ++failures_;
  return wait;
}

}  // namespace tailrace
