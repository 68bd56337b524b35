#include "delivery/budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace tailrace {
namespace {

TEST(BudgetTest, NobodyHoldsMoreThanAQuarter) {
  Budget budget(16 * Budget::kBlockBytes);
  BudgetShare share;
  Budget::Lease lease(budget, share);
  EXPECT_TRUE(lease.Cover(4 * Budget::kBlockBytes));
  EXPECT_FALSE(lease.Cover(4 * Budget::kBlockBytes + 1));
  EXPECT_EQ(lease.bytes(), 4 * Budget::kBlockBytes);
  lease.ShrinkTo(1);
  EXPECT_EQ(budget.used_bytes(), Budget::kBlockBytes);
}

TEST(BudgetTest, EverybodyMayHoldOneBlock) {
  Budget budget(4 * Budget::kBlockBytes);
  std::vector<BudgetShare> shares(100);
  std::vector<Budget::Lease> leases;
  for (BudgetShare& share : shares) {
    leases.emplace_back(budget, share);
    EXPECT_TRUE(leases.back().Cover(Budget::kBlockBytes));
    EXPECT_FALSE(leases.back().Cover(2 * Budget::kBlockBytes));
  }
  leases.clear();
  EXPECT_EQ(budget.used_bytes(), 0u);
}

TEST(BudgetTest, OneLargeRecordAtATimeMayOverdraw) {
  Budget budget(4 * Budget::kBlockBytes);
  BudgetShare a;
  BudgetShare b;
  auto first = std::make_unique<Budget::Lease>(budget, a);
  Budget::Lease second(budget, b);
  EXPECT_TRUE(first->Overdraw(1_MiB));
  EXPECT_TRUE(first->Overdraw(2_MiB));
  EXPECT_FALSE(second.Overdraw(1_MiB));
  EXPECT_TRUE(second.Overdraw(10));
  first.reset();
  EXPECT_TRUE(second.Overdraw(1_MiB));
}

TEST(BudgetTest, ALeaseMovesWithItsBlocks) {
  Budget budget;
  BudgetShare share;
  Budget::Lease lease(budget, share);
  EXPECT_TRUE(lease.Cover(100'000));
  Budget::Lease other = std::move(lease);
  EXPECT_EQ(other.bytes(), 2 * Budget::kBlockBytes);
  EXPECT_EQ(budget.used_bytes(), other.bytes());
  other = Budget::Lease();
  EXPECT_EQ(budget.used_bytes(), 0u);
  EXPECT_EQ(share.blocks, 0u);
}

}  // namespace
}  // namespace tailrace
