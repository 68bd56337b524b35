// BatchQueue: the batches of a destination that wait for an answer, by the number of their request. Bounded by the
// concurrency limit. Owned by a Destination. Delivery thread.
#pragma once

#include <map>
#include <optional>

#include "base/clock.h"
#include "delivery/batch.h"
#include "delivery/concurrency_limit.h"
#include "delivery/pace.h"

namespace tailrace {

struct SentBatch {
  Batch batch;
  size_t url = 0;
  size_t sent_bytes = 0;  // as it went out
  Pace::Attempt attempt;
};

class BatchQueue {
 public:
  static constexpr size_t kMax = ConcurrencyLimit::kMax;

  BatchQueue() = default;
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  size_t size() const { return sent_.size(); }
  void Add(uint64_t request, SentBatch sent);
  // The batch whose answer has come; nothing if it has been forgotten.
  std::optional<SentBatch> Take(uint64_t request);
  // Any one, with its request; nothing when there is none.
  std::optional<std::pair<uint64_t, SentBatch>> TakeAny();

 private:
  std::map<uint64_t, SentBatch> sent_;
};

}  // namespace tailrace
