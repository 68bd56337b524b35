// Budget: the memory of all batches, leased in blocks. Each destination may always hold one block; none holds more than
// a quarter. One record that is larger than what is left may overdraw, one destination at a time. Delivery thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/bytes.h"

namespace tailrace {

// What one destination holds. Owned by it; outlives its leases.
struct BudgetShare {
  size_t blocks = 0;
};

class Budget {
 public:
  static constexpr size_t kBlockBytes = 64_KiB;
  static constexpr size_t kDefaultBytes = 24_MiB;
  static constexpr size_t kShareDivisor = 4;

  explicit Budget(size_t bytes = kDefaultBytes) : blocks_max_(bytes / kBlockBytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Blocks, given back by the destructor. Move-only.
  class Lease {
   public:
    Lease() = default;
    Lease(Budget& budget, BudgetShare& share) : budget_(&budget), share_(&share) {}
    Lease(Lease&& other) noexcept { *this = std::move(other); }
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { ShrinkTo(0); }
    // Takes blocks until `bytes` are covered. False: there is no more; what is held stays.
    bool Cover(size_t bytes);
    // As Cover, beyond every limit; false while another lease overdraws.
    bool Overdraw(size_t bytes);
    // Gives back what `bytes` do not need.
    void ShrinkTo(size_t bytes);
    size_t bytes() const { return blocks_ * kBlockBytes; }

   private:
    Budget* budget_ = nullptr;
    BudgetShare* share_ = nullptr;
    size_t blocks_ = 0;
    bool is_overdrawn_ = false;
  };

  size_t used_bytes() const { return used_ * kBlockBytes; }

 private:
  bool MayTake(const BudgetShare& share, size_t blocks) const;

  const size_t blocks_max_;
  size_t used_ = 0;
  bool is_overdrawn_ = false;
};

}  // namespace tailrace
