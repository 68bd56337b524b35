#include "delivery/batch_queue.h"

#include "base/check.h"
#include "delivery/stream_slot.h"

namespace tailrace {

void BatchQueue::Add(uint64_t request, SentBatch sent) {
  CHECK_LT(sent_.size(), kMax);
  for (const BatchRecord& record : sent.batch.records()) ++record.range.slot->in_batches;
  CHECK(sent_.emplace(request, std::move(sent)).second);
}

std::optional<SentBatch> BatchQueue::Take(uint64_t request) {
  const auto found = sent_.find(request);
  if (found == sent_.end()) return std::nullopt;
  SentBatch sent = std::move(found->second);
  sent_.erase(found);
  for (const BatchRecord& record : sent.batch.records()) {
    CHECK_GT(record.range.slot->in_batches, 0u);
    --record.range.slot->in_batches;
  }
  return sent;
}

std::optional<std::pair<uint64_t, SentBatch>> BatchQueue::TakeAny() {
  if (sent_.empty()) return std::nullopt;
  const uint64_t request = sent_.begin()->first;
  return std::pair{request, *Take(request)};
}

}  // namespace tailrace
