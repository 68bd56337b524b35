#include "delivery/budget.h"

#include "base/check.h"

namespace tailrace {

namespace {
size_t BlocksFor(size_t bytes) { return (bytes + Budget::kBlockBytes - 1) / Budget::kBlockBytes; }
}  // namespace

Budget::Lease& Budget::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  ShrinkTo(0);
  budget_ = std::exchange(other.budget_, nullptr);
  share_ = std::exchange(other.share_, nullptr);
  blocks_ = std::exchange(other.blocks_, 0);
  is_overdrawn_ = std::exchange(other.is_overdrawn_, false);
  return *this;
}

bool Budget::MayTake(const BudgetShare& share, size_t blocks) const {
  if (share.blocks == 0 && blocks <= 1) return true;
  return used_ + blocks <= blocks_max_ && share.blocks + blocks <= blocks_max_ / kShareDivisor;
}

bool Budget::Lease::Cover(size_t bytes) {
  const size_t wanted = BlocksFor(bytes);
  if (wanted <= blocks_) return true;
  CHECK(budget_ != nullptr);
  if (!budget_->MayTake(*share_, wanted - blocks_)) return false;
  budget_->used_ += wanted - blocks_;
  share_->blocks += wanted - blocks_;
  blocks_ = wanted;
  return true;
}

bool Budget::Lease::Overdraw(size_t bytes) {
  if (Cover(bytes)) return true;
  if (budget_->is_overdrawn_ && !is_overdrawn_) return false;
  budget_->is_overdrawn_ = true;
  is_overdrawn_ = true;
  const size_t wanted = BlocksFor(bytes);
  budget_->used_ += wanted - blocks_;
  share_->blocks += wanted - blocks_;
  blocks_ = wanted;
  return true;
}

void Budget::Lease::ShrinkTo(size_t bytes) {
  const size_t wanted = BlocksFor(bytes);
  if (budget_ == nullptr) return;
  if (wanted < blocks_) {
    CHECK_GE(budget_->used_, blocks_ - wanted);
    budget_->used_ -= blocks_ - wanted;
    share_->blocks -= blocks_ - wanted;
    blocks_ = wanted;
  }
  if (wanted == 0 && is_overdrawn_) {
    is_overdrawn_ = false;
    budget_->is_overdrawn_ = false;
  }
}

}  // namespace tailrace
