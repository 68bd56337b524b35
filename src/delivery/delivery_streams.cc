// Delivery, the part that knows which streams there are, and to which destination their slots belong.
#include <algorithm>
#include <utility>

#include "delivery/delivery.h"
#include "sinks/http_url.h"

namespace tailrace {

// True: somebody waits for figures.
bool Delivery::TakeMail(MonoTime now) {
  std::vector<Mail> mail;
  bool is_asked = false;
  {
    MutexLock lock(mu_);
    mail.swap(mail_);
    is_asked = stats_given_ < stats_asked_;
  }
  for (Mail& item : mail) {
    std::visit([&](auto& letter) { Take(letter, now); }, item);
  }
  return is_asked;
}

void Delivery::Take(AttachMail& mail, MonoTime now) { AttachStream(std::move(mail.stream), now); }

void Delivery::Take(DetachMail& mail, MonoTime) {
  std::erase_if(waiting_, [&](const WaitingSlot& waiting) { return waiting.stream->id() == mail.stream; });
  for (auto& [key, entry] : destinations_) {
    std::vector<const StreamSlot*> slots;
    for (const auto& slot : entry.destination->slots()) {
      if (slot->stream().id() == mail.stream) slots.push_back(slot.get());
    }
    for (const StreamSlot* slot : slots) (void)entry.destination->RemoveSlot(*slot);
  }
  std::erase_if(attached_, [&](const CursorBoard::Key& key) { return key.stream == mail.stream; });
}

void Delivery::AttachStream(StreamLease stream, MonoTime now) {
  std::vector<std::string> slots;
  for (const std::string& slot : stream->facts().slots) {
    if (attached_.insert({stream->id(), slot}).second) slots.push_back(slot);
  }
  while (!slots.empty()) {
    WaitingSlot waiting{.stream = {}, .slot = std::move(slots.back()), .problem = {}, .retry_at = now};
    slots.pop_back();
    waiting.stream = slots.empty() ? std::move(stream) : parts_.journal.Lease(*stream);
    AttachSlot(std::move(waiting), now);
  }
}

void Delivery::AttachSlot(WaitingSlot waiting, MonoTime now) {
  const Status status = TryAttach(waiting);
  if (status.ok()) return;
  if (waiting.problem.empty()) {
    parts_.log.Write(LogLevel::kWarning, "slot-waits",
                     {{"stream", waiting.stream->id().ToString()},
                      {"container", waiting.stream->facts().container_name},
                      {"slot", waiting.slot},
                      {"why", status.message()},
                      {"next", "its lines are kept; looked at again each 30 s"}});
  }
  waiting.problem = status.message();
  // The disk may have room again soon.
  waiting.retry_at = now + (status.code() == StatusCode::kInvalid ? kAttachRetry : Nanos(std::chrono::seconds(1)));
  waiting_.push_back(std::move(waiting));
}

// On success, and when nothing is left to be delivered, the lease has gone.
Status Delivery::TryAttach(WaitingSlot& waiting) {
  Stream& stream = *waiting.stream;
  const CursorBoard::Key key{stream.id(), waiting.slot};
  const Stream::State state = stream.Snapshot();
  if (state.ended && !stream.is_committed()) {
    attached_.erase(key);
    return Status::Ok();
  }
  const std::string path = StreamSlot::CursorPath(stream, waiting.slot);
  if (state.ended) {
    // Most streams on disk are history: looking at them makes no files.
    const Result<CursorFile> seen = CursorFile::Peek(parts_.disk, path);
    if (state.progress.whole_end == 0 || (seen.ok() && seen->cursor().frontier() >= state.progress.whole_end)) {
      attached_.erase(key);
      return Status::Ok();
    }
  }
  ASSIGN_OR_RETURN(CursorFile cursor, CursorFile::Open(parts_.disk, path));
  if (cursor.is_damaged()) {
    parts_.log.Write(LogLevel::kError, "cursor-damaged", {{"path", path}, {"next", "the stream is sent again"}});
  }
  return MakeSlot(waiting, std::move(cursor));
}

Status Delivery::MakeSlot(WaitingSlot& waiting, CursorFile cursor) {
  ASSIGN_OR_RETURN(SlotPlan plan, options_.make_slot(waiting.stream->facts(), waiting.slot));
  if (plan.settings.urls.empty()) return Invalid("no URL");
  StreamSlot::Parts parts{.stream = std::move(waiting.stream),
                          .name = waiting.slot,
                          .sink = std::move(plan.sink),
                          .description = std::move(plan.description),
                          .cursor = std::move(cursor)};
  auto slot = std::make_unique<StreamSlot>(parts_.disk, std::move(parts));
  // What is found after a power loss may have been sent, whatever the cursor knows.
  if (options_.is_first_since_boot) slot->NoteSent(slot->stream().Snapshot().progress.end);
  EntryFor({plan.kind, plan.settings}).destination->AddSlot(std::move(slot));
  return Status::Ok();
}

Delivery::Entry& Delivery::EntryFor(const DestinationKey& key) {
  Entry& entry = destinations_[key];
  if (entry.destination != nullptr) return entry;
  const DeliveryShared shared{parts_.disk,       parts_.clock, parts_.random, parts_.log,   parts_.transport,
                              options_.compress, budget_,      buffer_,       dead_letters_};
  entry.destination = std::make_unique<Destination>(shared, LabelFor(key), key.second);
  TellUnverified(*entry.destination, parts_.clock.Now());
  return entry;
}

// Several may share an address, and differ in their credentials.
std::string Delivery::LabelFor(const DestinationKey& key) const {
  const std::string address = key.first + " " + ShownUrl(key.second.urls.front());
  std::string label = address;
  const auto is_taken = [&](const auto& other) {
    return other.second.destination != nullptr && other.second.destination->label() == label;
  };
  for (size_t n = 2; std::any_of(destinations_.begin(), destinations_.end(), is_taken); ++n) {
    label = address + " (" + std::to_string(n) + ")";
  }
  return label;
}

// Loudly, but not for each container, nor for each change of a password.
void Delivery::TellUnverified(const Destination& destination, MonoTime now) {
  const std::vector<std::string>& urls = destination.settings().urls;
  const bool is_encrypted = std::any_of(urls.begin(), urls.end(), [](const std::string& url) {
    return url.starts_with("https:");
  });
  if (destination.settings().tls_verify || !is_encrypted) return;
  const std::string& kind = destination.kind();
  if (!unverified_told_.try_emplace(kind + " " + urls.front(), now).second) return;
  parts_.log.Write(LogLevel::kError, "tls-not-verified",
                   {{"destination", destination.label()},
                    {"why", kind + "-tls-verify=off: whoever poses as this server gets the lines and the credentials"},
                    {"next", "name the server's CA by " + kind + "-ca and leave " + kind + "-tls-verify out"}});
}

void Delivery::RetryWaiting(MonoTime now) {
  std::vector<WaitingSlot> due;
  for (WaitingSlot& waiting : waiting_) {
    if (waiting.retry_at <= now) due.push_back(std::move(waiting));
  }
  std::erase_if(waiting_, [](const WaitingSlot& waiting) { return !waiting.stream; });
  for (WaitingSlot& waiting : due) AttachSlot(std::move(waiting), now);
}

// One container at a time: there may be thousands, and intake's streams come first.
void Delivery::ScanDisk(MonoTime now) {
  const std::string container = to_scan_.back();
  to_scan_.pop_back();
  for (StreamLease& stream : parts_.journal.Find(container)) AttachStream(std::move(stream), now);
}

void Delivery::RefreshDue(MonoTime now) {
  std::vector<DestinationKey> due;
  for (const auto& [key, entry] : destinations_) {
    if (entry.destination->wants_fresh_settings() && now >= entry.fresh_at) due.push_back(key);
  }
  for (const DestinationKey& key : due) RefreshSettings(key, now);
}

// The files that hold credentials may have changed: then the streams belong to another destination.
void Delivery::RefreshSettings(const DestinationKey& key, MonoTime now) {
  Entry& entry = destinations_.at(key);
  entry.fresh_at = now + kFreshSettings;
  std::vector<std::pair<const StreamSlot*, DestinationKey>> moves;
  for (const auto& slot : entry.destination->slots()) {
    Result<SlotPlan> plan = options_.make_slot(slot->stream().facts(), slot->name());
    if (!plan.ok() || plan->settings.urls.empty()) continue;
    DestinationKey fresh{plan->kind, std::move(plan->settings)};
    if (fresh != key) moves.emplace_back(slot.get(), std::move(fresh));
  }
  if (moves.empty()) return;
  parts_.log.Write(LogLevel::kInfo, "fresh-settings",
                   {{"destination", entry.destination->label()}, {"streams", std::to_string(moves.size())}});
  const DestinationKey to = moves.front().second;
  const bool is_one = std::all_of(moves.begin(), moves.end(), [&](const auto& move) { return move.second == to; });
  const bool is_all = moves.size() == entry.destination->slots().size();
  if (is_one && is_all && !destinations_.contains(to) && entry.destination->MayReconnect(to.second)) {
    Reconnect(key, to, now);
    return;
  }
  for (const auto& [slot, fresh] : moves) {
    std::unique_ptr<StreamSlot> moved = entry.destination->RemoveSlot(*slot);
    EntryFor(fresh).destination->AddSlot(std::move(moved));
  }
}

// The usual case, a new password for all: what is under way stays so, and the figures go on.
void Delivery::Reconnect(const DestinationKey& from, const DestinationKey& to, MonoTime now) {
  auto node = destinations_.extract(from);
  node.key() = to;
  node.mapped().destination->Reconnect(to.second, now);
  destinations_.insert(std::move(node));
}

void Delivery::DropFinished() {
  for (auto& [key, entry] : destinations_) {
    for (const std::unique_ptr<StreamSlot>& slot : entry.destination->TakeFinished()) {
      attached_.erase({slot->stream().id(), slot->name()});
    }
  }
}

void Delivery::Tidy(MonoTime now) {
  tidy_at_ = now + kTidy;
  std::set<StreamId> streams;
  for (const StreamLease& stream : parts_.journal.Streams()) streams.insert(stream->id());
  board_.KeepOnly(streams);
  std::erase_if(unverified_told_, [now](const auto& told) { return now - told.second >= kUnverifiedAgain; });
  for (const auto& [key, entry] : destinations_) {
    if (!entry.destination->slots().empty()) TellUnverified(*entry.destination, now);
  }
  if (destinations_.size() <= kDestinationsMax) return;
  std::erase_if(destinations_, [](const auto& entry) { return entry.second.destination->slots().empty(); });
}

}  // namespace tailrace
