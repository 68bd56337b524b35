// Delivery: takes every line of every stream with slots to its destinations. One thread (Start), or a test that calls
// RunOnce, which holds all behaviour. Owned by App; the Journal, the Transport and the seams outlive it.
//
// Who calls what:
//   main      the constructor, Start; at the end Stop, which waits for what is in flight, 1 s at most
//   driver    Attach for each stream that a StartLogging has made, and for each that was re-attached; Detach when a
//             StartLogging was never answered
//   api       Allow at the first connection (rule R9: a crash on a poison record must not come before dockerd dials)
//   intake    OnProgress after each Publish, and at a stream's end
//   housekeeper  settled(): how far streams are delivered, and the syncing of cursors
//   anyone    Stats
// Order: made before intake (which holds it as its ProgressListener) and after the housekeeper; Start at any time after;
// at the end: intake stops, then Stop, then the housekeeper's last sync; destroyed after both.
// Streams of earlier runs are found on disk, once delivery has begun.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "delivery/cursor_board.h"
#include "delivery/delivery_stats.h"
#include "delivery/destination.h"
#include "journal/intake_control.h"
#include "journal/journal.h"

namespace tailrace {

// How one slot of a stream is delivered. Made by whoever knows the options, on the delivery thread; it may read files,
// and is asked again while a destination refuses its credentials.
struct SlotPlan {
  std::string kind;                  // of the sink: "es"; destinations are of one kind
  ConnectionSettings settings;
  std::unique_ptr<Sink> sink;
  StreamDescription description;
};
using SlotFactory = std::function<Result<SlotPlan>(const StreamFacts& facts, const std::string& slot)>;

class Delivery final : public ProgressListener {
 public:
  // Without a connection, delivery begins by itself so long after its making.
  static constexpr Nanos kBeginAfter = std::chrono::seconds(15);
  // Cursors are written and figures published so long after something has happened.
  static constexpr Nanos kFlush = std::chrono::milliseconds(100);
  static constexpr Nanos kFlushRetry = std::chrono::seconds(1);
  // A slot that cannot be attached (its URL is gone, a file is missing, the disk refuses) is tried again after.
  static constexpr Nanos kAttachRetry = std::chrono::seconds(30);
  static constexpr Nanos kFreshSettings = std::chrono::seconds(30);
  static constexpr Nanos kTidy = std::chrono::seconds(60);
  static constexpr Nanos kDrainMax = std::chrono::seconds(1);
  static constexpr Nanos kStatsMax = std::chrono::milliseconds(100);
  // A destination whose certificate is not verified is told of when it is made, and again after, while it has streams.
  static constexpr Nanos kUnverifiedAgain = std::chrono::hours(1);
  // Bytes that wake the thread before a linger is over.
  static constexpr uint64_t kWakeBytes = 256_KiB;
  // Destinations without streams are remembered, for their figures, while there are no more than so many.
  static constexpr size_t kDestinationsMax = 256;

  struct Options {
    SlotFactory make_slot;
    Compressor compress;
    DeadLetters::Settings dead_letters;
    size_t memory_bytes = Budget::kDefaultBytes;
    // The machine was started since the spool was last served: cursors may be older than what was sent.
    bool is_first_since_boot = false;
  };
  struct Parts {
    Disk& disk;
    Clock& clock;
    Random& random;
    Log& log;
    Journal& journal;
    Transport& transport;
  };
  Delivery(Options options, const Parts& parts);
  ~Delivery() override;
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void Start();
  // Returns after kDrainMax, and what the disk takes to write and sync the cursors, at the latest. Nothing may be called
  // afterwards but Stats and settled().
  void Stop();
  // One turn: the mail, what may be sent, the wait until `deadline` at most, the answers.
  void RunOnce(MonoTime deadline);

  // Any thread; all return at once.
  void Attach(StreamLease stream);
  void Detach(StreamId stream);
  void Allow();
  void Wake(uint64_t bytes);
  void OnProgress(uint64_t bytes) override { Wake(bytes); }
  SettledSource& settled() { return board_; }
  // Any thread: the figures of now; those of a moment ago if the delivery thread is busy for longer than kStatsMax, or
  // is not running.
  DeliveryStats Stats();

  // Delivery thread (tests).
  DeliveryStats CurrentStats(MonoTime now);
  // Writes every cursor that is behind. False: the disk refused some.
  bool Flush();

 private:
  using DestinationKey = std::pair<std::string, ConnectionSettings>;  // kind, settings
  struct Entry {
    std::unique_ptr<Destination> destination;
    MonoTime fresh_at{0};  // when settings may be read anew
  };
  struct WaitingSlot {
    StreamLease stream;
    std::string slot;
    std::string problem;
    MonoTime retry_at{0};
  };
  struct AttachMail { StreamLease stream; };
  struct DetachMail { StreamId stream; };
  using Mail = std::variant<AttachMail, DetachMail>;
  enum class Sleep { kAwake, kHungry, kLingering, kBusy };

  // delivery_streams.cc: which streams there are.
  bool TakeMail(MonoTime now);
  void Take(AttachMail& mail, MonoTime now);
  void Take(DetachMail& mail, MonoTime now);
  void AttachStream(StreamLease stream, MonoTime now);
  void AttachSlot(WaitingSlot waiting, MonoTime now);
  Status TryAttach(WaitingSlot& waiting);
  Status MakeSlot(WaitingSlot& waiting, CursorFile cursor);
  void RetryWaiting(MonoTime now);
  void ScanDisk(MonoTime now);
  void RefreshDue(MonoTime now);
  void RefreshSettings(const DestinationKey& key, MonoTime now);
  void Reconnect(const DestinationKey& from, const DestinationKey& to, MonoTime now);
  Entry& EntryFor(const DestinationKey& key);
  std::string LabelFor(const DestinationKey& key) const;
  void DropFinished();
  void Tidy(MonoTime now);
  void TellUnverified(const Destination& destination, MonoTime now);

  void Post(Mail mail);
  bool HasBegun(MonoTime now);
  MonoTime Work(MonoTime now);
  bool FlushSlot(StreamSlot& slot);
  void TakeSynced();
  SlotStats StatsOf(StreamSlot& slot, MonoTime now);
  static SlotStats StatsOf(const WaitingSlot& waiting);
  void Publish(MonoTime now);
  void FallAsleep();
  void Drain();

  const Options options_;
  const Parts parts_;
  const MonoTime begin_at_;
  CursorBoard board_;
  Budget budget_;
  ReadBuffer buffer_;
  DeadLetters dead_letters_;
  Thread thread_;

  // Delivery thread only.
  std::map<DestinationKey, Entry> destinations_;
  std::set<CursorBoard::Key> attached_;   // or waiting to be
  std::vector<WaitingSlot> waiting_;
  std::vector<std::string> to_scan_;      // containers whose folders have not been looked at
  bool has_begun_ = false;
  MonoTime flush_at_ = kNever;
  MonoTime tidy_at_{0};
  uint64_t cursor_errors_ = 0;
  std::map<std::string, MonoTime> unverified_told_;  // by kind and address, of the last hour

  std::atomic<bool> is_allowed_ = false;
  std::atomic<uint64_t> wakes_ = 0;
  std::atomic<uint64_t> wake_bytes_ = 0;
  std::atomic<Sleep> sleep_ = Sleep::kAwake;

  Mutex mu_;
  std::vector<Mail> mail_ GUARDED_BY(mu_);
  bool is_running_ GUARDED_BY(mu_) = false;
  bool is_stopping_ GUARDED_BY(mu_) = false;
  DeliveryStats stats_ GUARDED_BY(mu_);
  uint64_t stats_asked_ GUARDED_BY(mu_) = 0;
  uint64_t stats_given_ GUARDED_BY(mu_) = 0;
  CondVar stats_published_;
};

}  // namespace tailrace
