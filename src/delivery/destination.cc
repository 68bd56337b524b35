#include "delivery/destination.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace tailrace {

Destination::Destination(const DeliveryShared& shared, std::string label, ConnectionSettings settings)
    : shared_(shared),
      label_(std::move(label)),
      kind_(label_.substr(0, label_.find(' '))),
      settings_(std::move(settings)),
      feeder_({shared.disk, shared.buffer, books_, settings_.ordered}),
      settler_({shared.disk, shared.clock, shared.random, shared.log, shared.dead_letters, books_, groups_}),
      pace_(shared.random),
      urls_(shared.random, settings_.urls.size()) {
  CHECK(!settings_.urls.empty());
}

Destination::~Destination() {
  while (const auto sent = queue_.TakeAny()) shared_.transport.Cancel(sent->first);
}

void Destination::AddSlot(std::unique_ptr<StreamSlot> slot) {
  slot->lines_before = slot->LinesSettled();
  slot->attached_at = shared_.clock.Now();
  feeder_.Add(*slot);
  slots_.push_back(std::move(slot));
}

std::unique_ptr<StreamSlot> Destination::RemoveSlot(const StreamSlot& slot) {
  Rewind();
  const auto at = std::find_if(slots_.begin(), slots_.end(), [&](const auto& own) { return own.get() == &slot; });
  CHECK(at != slots_.end());
  std::unique_ptr<StreamSlot> removed = std::move(*at);
  slots_.erase(at);
  feeder_.Remove(*removed);
  taken_before_ += removed->LinesSettled() - removed->lines_before;
  return removed;
}

std::vector<std::unique_ptr<StreamSlot>> Destination::TakeFinished() {
  std::vector<std::unique_ptr<StreamSlot>> finished;
  for (std::unique_ptr<StreamSlot>& slot : slots_) {
    if (!slot->IsFinished() || slot->IsCursorBehind()) continue;
    feeder_.Remove(*slot);
    taken_before_ += slot->LinesSettled() - slot->lines_before;
    finished.push_back(std::move(slot));
  }
  std::erase(slots_, nullptr);
  return finished;
}

void Destination::Rewind() {
  while (const auto sent = queue_.TakeAny()) {
    shared_.transport.Cancel(sent->first);
    urls_.OnForgotten(sent->second.url);
  }
  groups_.Clear();
  for (const auto& slot : slots_) {
    slot->held.clear();
    slot->is_held = false;
    slot->hold_error.clear();
    slot->Rewind();
  }
}

bool Destination::MayReconnect(const ConnectionSettings& settings) const {
  return settings.urls == settings_.urls && settings.ordered == settings_.ordered;
}

void Destination::Reconnect(const ConnectionSettings& settings, MonoTime now) {
  CHECK(MayReconnect(settings));
  settings_ = settings;
  reconnected_at_ = now;
  pace_.EndHold(now);
}

// The retry groups have no room: what they stand for is read again from the frontiers.
void Destination::RewindFull() {
  ++books_.rewinds;
  Rewind();
}

bool Destination::MayStart(MonoTime now) const {
  return pace_.MayStart(now, queue_.size()) && urls_.Pick(now).has_value();
}

MonoTime Destination::Step(MonoTime now) {
  is_starved_ = false;
  while (MayStart(now)) {
    Batch batch = MakeBatch(now);
    if (batch.empty()) break;
    Send(std::move(batch), now);
  }
  if (!MayStart(now) || groups_.is_busy()) {
    appetite_ = Appetite::kNone;
  } else {
    appetite_ = linger_until_ == kNever ? Appetite::kHungry : Appetite::kLingering;
  }
  return NextStep(now);
}

// Empty: there is nothing to be sent now.
Batch Destination::MakeBatch(MonoTime now) {
  Batch batch(Budget::Lease(shared_.budget, share_));
  const BatchLimits limits = pace_.limits();
  while (RetryGroup* group = groups_.Due(now)) {
    has_news_ = true;
    batch.origin = group->origin;
    feeder_.FillGroup(batch, limits, groups_, *group);
    const bool is_left = !group->ranges.empty();
    if (is_left && batch.empty()) group->not_before = now + kUnreadableRetry;
    groups_.EraseIfDone(*group);
    if (!batch.empty()) return batch;
  }
  batch.origin = {};
  feeder_.FillHeld(batch, now);
  if (!batch.empty()) {
    batch.origin.is_hold_probe = true;
    return batch;
  }
  if (groups_.is_busy() || !IsTimeForNew(now)) return batch;
  has_news_ = true;
  if (feeder_.UnreadBytes(fill_bytes_) >= fill_bytes_) batch.Reserve(full_bytes_, full_records_);
  const uint64_t walked = feeder_.FillNew(batch, limits);
  const bool is_left = feeder_.UnreadBytes(1) > 0;
  is_starved_ = batch.empty() && is_left;
  linger_until_ = is_left ? now + kLinger : kNever;
  // So that the next one is read when there is enough for a full one.
  if (batch.body_bytes() > BatchLimits::kBytesMax / 4) {
    fill_bytes_ = std::clamp<uint64_t>(walked * BatchLimits::kBytesMax / batch.body_bytes(), 64_KiB, 1_MiB);
    // The next one will be about as large; what is reserved and not used is never touched.
    full_bytes_ = batch.body_bytes() + batch.body_bytes() / 16;
    full_records_ = batch.size() + batch.size() / 16;
  }
  return batch;
}

// Enough for a full batch, or what there is has waited long enough.
bool Destination::IsTimeForNew(MonoTime now) {
  const uint64_t enough = std::max<uint64_t>(1, fill_bytes_ * pace_.limits().bytes / BatchLimits::kBytesMax);
  const uint64_t unread = feeder_.UnreadBytes(enough);
  if (unread == 0) {
    linger_until_ = kNever;
    return false;
  }
  if (linger_until_ == kNever) linger_until_ = now + kLinger;
  return unread >= enough || now >= linger_until_;
}

void Destination::WriteCursors(const Batch& batch) {
  std::set<StreamSlot*> slots;
  for (const BatchRecord& record : batch.records()) slots.insert(record.range.slot);
  for (StreamSlot* slot : slots) {
    if (!slot->IsCursorBehind()) continue;
    const Status status = slot->WriteCursor();
    if (status.ok()) continue;
    // Sent all the same: after a kill it is sent again, with the same ids.
    ++cursor_errors_;
    shared_.log.Write(LogLevel::kError, "cursor", {{"path", slot->CursorPath()}, {"why", status.message()}});
  }
}

void Destination::Send(Batch batch, MonoTime now) {
  const size_t url = urls_.Pick(now).value();
  batch.MarkSent();
  WriteCursors(batch);
  const Sink& sink = batch.records().front().range.slot->sink();
  SentBatch sent{.batch = std::move(batch), .url = url, .sent_bytes = 0, .attempt = {}};
  const size_t records = sent.batch.size();
  HttpRequest request = sink.Finish(sent.batch.TakeBody(), records);
  if (settings_.gzip) {
    request.body = shared_.compress(request.body);
    request.headers.emplace_back("Content-Encoding", "gzip");
  }
  sent.sent_bytes = request.body.size();
  sent.batch.KeepMemory(sent.sent_bytes);
  sent.attempt = {.started = now, .body_bytes = sent.batch.body_bytes(), .in_flight = queue_.size() + 1};
  sent_ += records;
  bytes_sent_ += sent.sent_bytes;
  batch_bytes_.Add(static_cast<double>(sent.attempt.body_bytes));
  urls_.OnStart(url);
  const uint64_t number = shared_.transport.Start(settings_, url, std::move(request), sink.ResponseBytesMax(records));
  queue_.Add(number, std::move(sent));
}

MonoTime Destination::NextStep(MonoTime now) const {
  MonoTime next = kNever;
  for (const auto& slot : slots_) {
    if (slot->is_held) next = std::min(next, slot->hold_until);
  }
  next = std::min({next, groups_.NextDue(), groups_.is_busy() ? kNever : linger_until_});
  if (queue_.size() >= pace_.limit()) return kNever;  // An answer comes first.
  next = std::max(next, pace_.blocked_until());
  if (!urls_.Pick(now)) next = std::max(next, urls_.NextBack());
  // Memory comes back with some answer; if not with one of ours, then soon.
  if (is_starved_) next = std::max(next, now + kLinger);
  return next;
}

}  // namespace tailrace
