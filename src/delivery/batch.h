// Batch: the records of one request, encoded as they come, and what is needed to judge and to retry them. Delivery
// thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "delivery/budget.h"
#include "delivery/record.h"

namespace tailrace {

struct BatchLimits {
  static constexpr size_t kBytesMax = 1_MiB;
  static constexpr size_t kRecordsMax = 4000;
  size_t bytes = kBytesMax;      // encoded; one record may be larger
  size_t records = kRecordsMax;
};

struct BatchRecord {
  RetryRange range;       // of this one record
  bool was_sent = false;  // a duplicate of it is no surprise
};

// What a batch inherits from the group it was formed of.
struct BatchOrigin {
  int attempts = 0;            // so many requests with these records have failed for some of them
  MonoTime first_failed{0};
  uint64_t delivered_then = 0;  // lines that the destination had delivered when they first failed
  bool is_isolated = false;    // a piece of a request that was split
  bool is_hold_probe = false;  // one record of each stream that an operator has to mend
};

class Batch {
 public:
  explicit Batch(Budget::Lease lease) : lease_(std::move(lease)) {}
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;

  bool empty() const { return records_.empty(); }
  size_t size() const { return records_.size(); }
  const std::vector<BatchRecord>& records() const { return records_; }
  size_t body_bytes() const { return body_bytes_; }

  // Room for about so much, so that a body that grows is not copied again and again. Takes no memory by itself.
  void Reserve(size_t body_bytes, size_t records);
  enum class Fit { kTaken, kFull, kNoMemory };
  // Encodes the record at the end of the body. kFull, kNoMemory: it was not taken, and belongs into another batch.
  Fit Append(StreamSlot& slot, const Record& record, const BatchLimits& limits);
  // Hands the body out; the memory it needed goes back, but for `bytes_kept`.
  std::string TakeBody();
  void KeepMemory(size_t bytes);
  void MarkSent();  // sets was_sent of each record, and notes the streams' sent_up_to

  BatchOrigin origin;

 private:
  size_t MemoryBytes() const { return body_.size() + records_.size() * sizeof(BatchRecord); }

  std::string body_;
  size_t body_bytes_ = 0;  // plain
  std::vector<BatchRecord> records_;
  Budget::Lease lease_;
};

// What the slot's sink makes of a record, at the end of `body`.
void EncodeRecord(const StreamSlot& slot, const Record& record, std::string& body);

// Whether both are of one source, `next` right behind `range`, and neither is a marker; then Extend makes them one.
bool Follows(const RetryRange& range, const RetryRange& next);
void Extend(RetryRange& range, const RetryRange& next);
// Adds a range; one that follows on another of the same source is joined to it.
void AppendRange(std::vector<RetryRange>& ranges, const RetryRange& range);
// records[from, to) as ranges.
std::vector<RetryRange> RangesOf(const std::vector<BatchRecord>& records, size_t from, size_t to);

}  // namespace tailrace
