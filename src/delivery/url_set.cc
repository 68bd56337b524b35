#include "delivery/url_set.h"

#include <algorithm>

#include "base/check.h"

namespace tailrace {

std::optional<size_t> UrlSet::Pick(MonoTime now) const {
  std::optional<size_t> best;
  for (size_t i = 0; i < urls_.size(); ++i) {
    if (urls_[i].out_until > now) continue;
    if (!best || urls_[i].in_flight < urls_[*best].in_flight) best = i;
  }
  return best;
}

void UrlSet::OnEnd(size_t url, MonoTime now, bool is_reached) {
  CHECK_GT(urls_[url].in_flight, 0u);
  --urls_[url].in_flight;
  if (is_reached) {
    urls_[url].backoff.Reset();
    urls_[url].out_until = MonoTime{0};
  } else if (urls_[url].out_until <= now) {
    urls_[url].out_until = now + urls_[url].backoff.Fail(random_, {});
  }
}

MonoTime UrlSet::NextBack() const {
  MonoTime next = kNever;
  for (const Url& url : urls_) next = std::min(next, url.out_until);
  return next;
}

}  // namespace tailrace
