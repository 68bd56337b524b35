#include "delivery/batch_queue.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

TEST(BatchQueueTest, CountsWhatIsUnderWayOfEachStream) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream();
  const std::unique_ptr<StreamSlot> slot = rig.NewSlot(*stream);
  Budget budget;
  BudgetShare share;
  BatchQueue queue;
  for (uint64_t request = 1; request <= 2; ++request) {
    Batch batch{Budget::Lease(budget, share)};
    Record record;
    EXPECT_EQ(batch.Append(*slot, record, {}), Batch::Fit::kTaken);
    queue.Add(request, {.batch = std::move(batch), .url = 0, .sent_bytes = 10, .attempt = {}});
  }
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(slot->in_batches, 2u);
  EXPECT_FALSE(queue.Take(9).has_value());
  EXPECT_TRUE(queue.Take(2).has_value());
  EXPECT_FALSE(queue.Take(2).has_value());
  EXPECT_EQ(slot->in_batches, 1u);
  EXPECT_EQ(queue.TakeAny()->first, 1u);
  EXPECT_FALSE(queue.TakeAny().has_value());
  EXPECT_EQ(slot->in_batches, 0u);
}

}  // namespace
}  // namespace tailrace
