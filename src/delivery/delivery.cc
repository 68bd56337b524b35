#include "delivery/delivery.h"

#include <algorithm>

#include "delivery/remedy.h"

namespace tailrace {

Delivery::Delivery(Options options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      begin_at_(parts.clock.Now() + kBeginAfter),
      board_(parts.disk),
      budget_(options_.memory_bytes),
      dead_letters_(parts.disk, options_.dead_letters) {}

Delivery::~Delivery() { Stop(); }

void Delivery::Start() {
  {
    MutexLock lock(mu_);
    is_running_ = true;
  }
  thread_.Start("delivery", [this] {
    while (true) {
      RunOnce(kNever);
      MutexLock lock(mu_);
      if (is_stopping_) return;
    }
  });
}

void Delivery::Stop() {
  {
    MutexLock lock(mu_);
    if (std::exchange(is_stopping_, true)) return;
  }
  parts_.transport.Wake();
  if (!thread_.joinable()) return;  // A test's: what is under way is cut off, as by a kill.
  thread_.Join();
  Drain();
  Publish(parts_.clock.Now());
  MutexLock lock(mu_);
  is_running_ = false;
}

// A backlog is never drained at the end: only what is in flight may still be answered.
void Delivery::Drain() {
  const MonoTime deadline = parts_.clock.Now() + kDrainMax;
  const auto in_flight = [this] {
    return std::any_of(destinations_.begin(), destinations_.end(),
                       [](const auto& entry) { return entry.second.destination->in_flight() > 0; });
  };
  while (in_flight() && parts_.clock.Now() < deadline) {
    for (HttpCompletion& completion : parts_.transport.Poll(deadline)) {
      const MonoTime now = parts_.clock.Now();
      for (auto& [key, entry] : destinations_) {
        if (entry.destination->Complete(completion, now)) break;
      }
    }
  }
  (void)Flush();
  board_.SyncCursors();
}

void Delivery::RunOnce(MonoTime deadline) {
  const uint64_t seen = wakes_.load();
  wake_bytes_.store(0);
  MonoTime now = parts_.clock.Now();
  const bool is_asked = TakeMail(now);
  const MonoTime next = std::min(deadline, HasBegun(now) ? Work(now) : begin_at_);
  if (is_asked) Publish(now);
  FallAsleep();
  // What came while we looked elsewhere is looked at before sleeping.
  const bool is_awake = wakes_.load() != seen;
  std::vector<HttpCompletion> completions = parts_.transport.Poll(is_awake ? now : next);
  sleep_.store(Sleep::kAwake);
  now = parts_.clock.Now();
  for (HttpCompletion& completion : completions) {
    for (auto& [key, entry] : destinations_) {
      if (entry.destination->Complete(completion, now)) break;
    }
  }
}

bool Delivery::HasBegun(MonoTime now) {
  if (has_begun_) return true;
  if (!is_allowed_.load() && now < begin_at_) return false;
  has_begun_ = true;
  to_scan_ = parts_.journal.ContainersOnDisk();
  parts_.log.Write(LogLevel::kInfo, "delivery-begins", {{"containers", std::to_string(to_scan_.size())}});
  return true;
}

MonoTime Delivery::Work(MonoTime now) {
  MonoTime next = kNever;
  if (!to_scan_.empty()) {
    ScanDisk(now);
    next = now;
  }
  RetryWaiting(now);
  for (const WaitingSlot& waiting : waiting_) next = std::min(next, waiting.retry_at);
  TakeSynced();
  bool has_news = false;
  RefreshDue(now);
  for (auto& [key, entry] : destinations_) {
    next = std::min(next, entry.destination->Step(now));
    has_news |= entry.destination->TakeNews();
    if (entry.destination->wants_fresh_settings()) next = std::min(next, entry.fresh_at);
  }
  if (has_news && flush_at_ == kNever) flush_at_ = now + kFlush;
  if (now >= flush_at_) {
    flush_at_ = Flush() ? kNever : now + kFlushRetry;
    DropFinished();
    Publish(now);
  }
  if (now >= tidy_at_) Tidy(now);
  return std::min({next, flush_at_, tidy_at_});
}

bool Delivery::Flush() {
  bool is_written = true;
  for (auto& [key, entry] : destinations_) {
    for (const auto& slot : entry.destination->slots()) is_written &= FlushSlot(*slot);
  }
  return is_written;
}

bool Delivery::FlushSlot(StreamSlot& slot) {
  slot.SettleIdle();
  if (!slot.IsCursorBehind()) return true;
  const Status status = slot.WriteCursor();
  board_.NoteWritten({slot.stream().id(), slot.name()}, slot.frontier(), slot.CursorPath());
  if (status.ok()) return true;
  ++cursor_errors_;
  parts_.log.Write(LogLevel::kError, "cursor", {{"path", slot.CursorPath()}, {"why", status.message()}});
  return false;
}

void Delivery::TakeSynced() {
  const std::vector<CursorBoard::Key> synced = board_.TakeSynced();
  if (synced.empty()) return;
  const std::set<CursorBoard::Key> keys(synced.begin(), synced.end());
  for (auto& [key, entry] : destinations_) {
    for (const auto& slot : entry.destination->slots()) {
      if (keys.contains({slot->stream().id(), slot->name()})) slot->MarkCursorSynced();
    }
  }
}

DeliveryStats Delivery::CurrentStats(MonoTime now) {
  DeliveryStats stats;
  stats.has_begun = has_begun_;
  stats.cursor_errors = cursor_errors_ + board_.sync_errors();
  stats.budget_bytes = budget_.used_bytes();
  stats.budget_limit_bytes = options_.memory_bytes;
  stats.dead_letter_bytes = dead_letters_.bytes();
  for (const auto& [key, entry] : destinations_) {
    stats.destinations.push_back(entry.destination->Stats(now));
    stats.cursor_errors += entry.destination->cursor_errors();
    for (const auto& slot : entry.destination->slots()) {
      SlotStats shown = StatsOf(*slot, now);
      shown.destination = entry.destination->label();
      stats.slots.push_back(std::move(shown));
    }
  }
  for (const WaitingSlot& waiting : waiting_) stats.slots.push_back(StatsOf(waiting));
  return stats;
}

SlotStats Delivery::StatsOf(StreamSlot& slot, MonoTime now) {
  const StreamFacts& facts = slot.stream().facts();
  SlotStats stats;
  stats.container_id = facts.container_id;
  stats.container_name = facts.container_name;
  stats.slot = slot.name();
  stats.waiting = slot.LinesTaken() - slot.LinesSettled();
  stats.waiting_bytes = slot.BytesWaiting();
  const Nanos oldest = slot.OldestWaiting(now, parts_.clock.WallNow());
  stats.oldest_waiting_seconds = std::chrono::duration<double>(oldest).count();
  if (!slot.is_held) return stats;
  stats.problem = slot.hold_error;
  stats.next_step = RemedyForHold(slot.hold_error);
  return stats;
}

// Of one that has no destination yet.
SlotStats Delivery::StatsOf(const WaitingSlot& waiting) {
  const StreamFacts& facts = waiting.stream->facts();
  const Stream::State state = waiting.stream->Snapshot();
  SlotStats stats;
  stats.container_id = facts.container_id;
  stats.container_name = facts.container_name;
  stats.slot = waiting.slot;
  stats.waiting = state.progress.counts.total();
  stats.waiting_bytes = state.progress.whole_end - std::min(state.first, state.progress.whole_end);
  stats.problem = waiting.problem;
  stats.next_step = "mend what it says; looked at again each 30 s";
  return stats;
}

void Delivery::Publish(MonoTime now) {
  uint64_t asked = 0;
  {
    MutexLock lock(mu_);
    asked = stats_asked_;
  }
  DeliveryStats stats = CurrentStats(now);
  MutexLock lock(mu_);
  stats_ = std::move(stats);
  stats_given_ = asked;
  stats_published_.NotifyAll();
}

DeliveryStats Delivery::Stats() {
  const MonoTime deadline = parts_.clock.Now() + kStatsMax;
  uint64_t number = 0;
  {
    MutexLock lock(mu_);
    if (!is_running_) return stats_;
    number = ++stats_asked_;
  }
  parts_.transport.Wake();
  MutexLock lock(mu_);
  while (stats_given_ < number && is_running_) {
    const Nanos left = deadline - parts_.clock.Now();
    if (left <= Nanos(0) || !stats_published_.WaitFor(mu_, left)) break;
  }
  return stats_;
}

void Delivery::FallAsleep() {
  Sleep sleep = Sleep::kBusy;
  for (const auto& [key, entry] : destinations_) {
    switch (entry.destination->appetite()) {
      case Destination::Appetite::kNone: break;
      case Destination::Appetite::kLingering:
        if (sleep == Sleep::kBusy) sleep = Sleep::kLingering;
        break;
      case Destination::Appetite::kHungry: sleep = Sleep::kHungry; break;
    }
  }
  sleep_.store(sleep);
}

void Delivery::Wake(uint64_t bytes) {
  wakes_.fetch_add(1);
  const uint64_t waiting = wake_bytes_.fetch_add(bytes) + bytes;
  const Sleep sleep = sleep_.load();
  if (sleep == Sleep::kAwake || sleep == Sleep::kBusy) return;
  if (sleep == Sleep::kLingering && waiting < kWakeBytes) return;
  // One call is enough, however many publish before the thread has woken.
  if (sleep_.exchange(Sleep::kAwake) != Sleep::kAwake) parts_.transport.Wake();
}

void Delivery::Post(Mail mail) {
  {
    MutexLock lock(mu_);
    mail_.push_back(std::move(mail));
  }
  parts_.transport.Wake();
}

void Delivery::Attach(StreamLease stream) { Post(AttachMail{std::move(stream)}); }

void Delivery::Detach(StreamId stream) { Post(DetachMail{stream}); }

void Delivery::Allow() {
  if (!is_allowed_.exchange(true)) parts_.transport.Wake();
}

}  // namespace tailrace
