// Destination: all streams whose slots are reached in the same way: their turns, their requests, their back-off, their
// books. A run-time grouping; durable is only each stream's cursor. Owned by Delivery. Delivery thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/batch_queue.h"
#include "delivery/books.h"
#include "delivery/delivery_stats.h"
#include "delivery/feeder.h"
#include "delivery/pace.h"
#include "delivery/retry_groups.h"
#include "delivery/settler.h"
#include "delivery/url_set.h"
#include "sinks/transport.h"

namespace tailrace {

// Makes a body smaller: gzip. Called by the delivery thread.
using Compressor = std::function<std::string(std::string_view)>;

// What all destinations use together.
struct DeliveryShared {
  Disk& disk;
  Clock& clock;
  Random& random;
  Log& log;
  Transport& transport;
  const Compressor& compress;
  Budget& budget;
  ReadBuffer& buffer;
  DeadLetters& dead_letters;
};

class Destination {
 public:
  // Lines wait so long for others to share a request.
  static constexpr Nanos kLinger = std::chrono::milliseconds(200);
  // A group that could not be read (its stream is still being recovered) is left for so long.
  static constexpr Nanos kUnreadableRetry = std::chrono::milliseconds(500);

  Destination(const DeliveryShared& shared, std::string label, ConnectionSettings settings);
  ~Destination();
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  const std::string& label() const { return label_; }
  const std::string& kind() const { return kind_; }
  const ConnectionSettings& settings() const { return settings_; }
  void AddSlot(std::unique_ptr<StreamSlot> slot);
  // Forgets what is under way of all streams first.
  std::unique_ptr<StreamSlot> RemoveSlot(const StreamSlot& slot);
  const std::vector<std::unique_ptr<StreamSlot>>& slots() const { return slots_; }
  // Those that have ended and are delivered to the last line, and whose cursors say so; nothing of them is under way.
  std::vector<std::unique_ptr<StreamSlot>> TakeFinished();

  // Begins the requests that may begin. Returns when to come again if nothing happens before.
  MonoTime Step(MonoTime now);
  // An answer, or none; false: the request is not of this destination.
  bool Complete(HttpCompletion completion, MonoTime now);
  // Forgets batches and groups, and reads from the frontiers again.
  void Rewind();

  // Credentials should be read anew: it is held, or nobody is reached.
  bool wants_fresh_settings() const { return pace_.is_held() || is_unreachable_; }
  // The same addresses, reached in another way: with other credentials.
  bool MayReconnect(const ConnectionSettings& settings) const;
  void Reconnect(const ConnectionSettings& settings, MonoTime now);

  size_t in_flight() const { return queue_.size(); }
  // New bytes could be sent, at once or after the linger.
  enum class Appetite { kNone, kLingering, kHungry };
  Appetite appetite() const { return appetite_; }
  // Something was read or answered since the last call: cursors may be behind.
  bool TakeNews() { return std::exchange(has_news_, false); }
  uint64_t cursor_errors() const { return cursor_errors_; }
  DestinationStats Stats(MonoTime now);

 private:
  bool MayStart(MonoTime now) const;
  Batch MakeBatch(MonoTime now);
  bool IsTimeForNew(MonoTime now);
  void Send(Batch batch, MonoTime now);
  void WriteCursors(const Batch& batch);
  void OnFailure(SentBatch& sent, const HttpFailure& failure, MonoTime now);
  void OnResponse(SentBatch& sent, const HttpResponse& response, MonoTime now);
  void Obey(SentBatch& sent, const Judgement& judgement, int status, MonoTime now);
  void Decide(const SentBatch& sent, const Judgement& judgement, const Settler::Applied& applied, MonoTime now);
  void NoteError(const std::string& error, const std::string& next_step);
  void CountRetries(std::string_view why, uint64_t before);
  DestinationState State(MonoTime now) const;
  MonoTime BlockedUntil(MonoTime now) const;
  void CountSlots(DestinationStats& stats, MonoTime now);
  void CountOutcomes(DestinationStats& stats) const;
  void RewindFull();
  MonoTime NextStep(MonoTime now) const;

  const DeliveryShared shared_;
  const std::string label_;
  const std::string kind_;
  ConnectionSettings settings_;
  std::vector<std::unique_ptr<StreamSlot>> slots_;
  Books books_;
  BudgetShare share_;
  RetryGroups groups_;
  BatchQueue queue_;
  Feeder feeder_;
  Settler settler_;
  Pace pace_;
  UrlSet urls_;

  MonoTime linger_until_ = kNever;   // kNever: nothing new waits
  uint64_t fill_bytes_ = 256_KiB;    // of frames that make up a full batch, as the last ones did
  size_t full_bytes_ = 0;            // of the last such body, and a little more; 0: none yet
  size_t full_records_ = 0;
  Appetite appetite_ = Appetite::kHungry;
  bool has_news_ = true;
  bool is_starved_ = false;          // the budget refused
  bool is_unreachable_ = false;
  MonoTime reconnected_at_{0};       // with other credentials
  uint64_t taken_before_ = 0;        // of streams that are gone
  uint64_t requests_ok_ = 0;
  uint64_t requests_failed_ = 0;
  uint64_t requests_refused_ = 0;
  uint64_t sent_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t cursor_errors_ = 0;
  std::map<std::string_view, uint64_t> retries_by_;
  Histogram request_seconds_{kRequestSecondsBounds};
  Histogram batch_bytes_{kBatchBytesBounds};
  Histogram end_to_end_seconds_{kAgeSecondsBounds};
  std::string last_error_;
  std::string next_step_;
  WallTime last_error_at_;
  bool is_failing_ = false;          // told, and not yet over
};

}  // namespace tailrace
