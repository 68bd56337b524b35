// UrlSet: the addresses of one destination: the one with the fewest requests in flight first; one that cannot be
// reached is out for its own back-off. No sniffing. Owned by a Destination; delivery thread.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "delivery/backoff.h"

namespace tailrace {

class UrlSet {
 public:
  UrlSet(Random& random, size_t count) : random_(random), urls_(count) {}

  // The address for a request that begins now; none: all are out.
  std::optional<size_t> Pick(MonoTime now) const;
  void OnStart(size_t url) { ++urls_[url].in_flight; }
  // The request is over; `is_reached`: somebody answered.
  void OnEnd(size_t url, MonoTime now, bool is_reached);
  // The request was cancelled.
  void OnForgotten(size_t url) { --urls_[url].in_flight; }
  // When the first of those that are out comes back.
  MonoTime NextBack() const;
  size_t size() const { return urls_.size(); }

 private:
  struct Url {
    size_t in_flight = 0;
    MonoTime out_until{0};
    Backoff backoff;
  };
  Random& random_;
  std::vector<Url> urls_;
};

}  // namespace tailrace
