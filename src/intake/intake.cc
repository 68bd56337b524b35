#include "intake/intake.h"

#include <algorithm>

namespace tailrace {

namespace {
// A drain visits so often in one turn before others get theirs.
constexpr int kDrainVisitsMax = 4;
}  // namespace

Intake::Intake(const Parts& parts) : parts_(parts), scratch_(StreamWriter::kScratchBytes) {
  Result<std::unique_ptr<Poller>> poller = parts_.disk.NewPoller();
  CHECK(poller.ok());  // Without one nothing can be taken at all.
  poller_ = std::move(*poller);
}

Intake::~Intake() {
  Stop();
  for (auto& [token, slot] : slots_) {
    if (slot.can_poll) poller_->Remove(*slot.reader->fifo());
  }
}

void Intake::Start() {
  thread_.Start("intake", [this] {
    while (true) {
      {
        MutexLock lock(mu_);
        if (is_stopping_) return;
      }
      RunOnce(kNever);
    }
  });
}

void Intake::Stop() {
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
    drained_.NotifyAll();
  }
  poller_->Wake();
  thread_.Join();
}

void Intake::RunOnce(MonoTime deadline) {
  TakeMail(parts_.clock.Now());
  fired_.clear();
  poller_->Wait(std::min(deadline, NextDue()), fired_);
  const MonoTime now = parts_.clock.Now();
  for (uint64_t token : fired_) Visit(token, now);
  VisitDue(now);
}

MonoTime Intake::NextDue() const {
  MonoTime due = kNever;
  for (uint64_t token : busy_) due = std::min(due, slots_.at(token).next.at);
  return due;
}

// All that are due within their slack go in the same round: a wake-up costs more than a visit.
void Intake::VisitDue(MonoTime now) {
  if (busy_.empty()) return;
  due_.clear();
  for (uint64_t token : busy_) {
    const FifoReader::Next& next = slots_.at(token).next;
    if (next.at - next.slack <= now) due_.push_back(token);
  }
  for (uint64_t token : due_) Visit(token, now);
}

void Intake::Visit(uint64_t token, MonoTime now) {
  auto found = slots_.find(token);
  if (found == slots_.end()) return;  // It fired and was abandoned in the same turn.
  Slot& slot = found->second;
  const bool was_busy = slot.next.kind == FifoReader::Next::Kind::kAt;
  slot.next = slot.reader->Visit(now, scratch_);
  if (slot.next.kind == FifoReader::Next::Kind::kArm && !slot.can_poll) {
    slot.next = {FifoReader::Next::Kind::kAt, now + RestPolicy::kRestMax, Nanos(0)};
  }
  const bool is_busy = slot.next.kind == FifoReader::Next::Kind::kAt;
  if (is_busy && !was_busy) busy_.push_back(token);
  if (!is_busy && was_busy) std::erase(busy_, token);
  if (slot.next.kind == FifoReader::Next::Kind::kArm) poller_->Arm(*slot.reader->fifo(), token);
  if (slot.next.kind == FifoReader::Next::Kind::kDone) Remove(token);
}

void Intake::Remove(uint64_t token) {
  auto found = slots_.find(token);
  CHECK(found != slots_.end());
  FifoReader& reader = *found->second.reader;
  if (found->second.can_poll) poller_->Remove(*reader.fifo());
  std::erase(busy_, token);
  StreamLease stream = reader.TakeStream();
  slots_.erase(found);  // Closes the FIFO and the segment before anyone removes them.
  parts_.reports.ReportEnded(std::move(stream));
}

void Intake::Post(Mail mail) {
  {
    MutexLock lock(mu_);
    mail_.push_back(std::move(mail));
  }
  poller_->Wake();
}

void Intake::Register(StreamLease stream, std::unique_ptr<Fifo> fifo) {
  Post(NewReader{std::move(stream), std::move(fifo)});
}
void Intake::Abandon(StreamId stream) { Post(AbandonStream{stream}); }
void Intake::RequestRoll(StreamId stream) { Post(RollStream{stream}); }
void Intake::SetLimit(StreamId stream, IntakeLimit limit) { Post(LimitStream{stream, limit}); }

// The mail and the drains are taken together: a drain is served after the Register that came before it.
void Intake::TakeMail(MonoTime now) {
  std::vector<Mail> mail;
  // Copied: visiting does I/O, and the mutex is not held over that.
  std::vector<DrainRequest> requests;
  {
    MutexLock lock(mu_);
    mail.swap(mail_);
    for (const DrainRequest* request : drains_) {
      if (!request->is_done) requests.push_back(*request);
    }
  }
  for (Mail& item : mail) {
    std::visit([&](auto& content) { Take(content, now); }, item);
  }
  if (!requests.empty()) ServeDrains(requests, now);
}

void Intake::Take(NewReader& mail, MonoTime now) {
  const uint64_t token = mail.stream->id().value;
  if (slots_.contains(token)) {
    parts_.log.Write(LogLevel::kError, "register", {{"stream", mail.stream->id().ToString()}, {"why", "it is read already"}});
    return;
  }
  const FifoReader::Parts parts{parts_.disk, parts_.log, parts_.journal, parts_.reports,
                                stats_,      pipes_,     parts_.progress};
  auto reader = std::make_unique<FifoReader>(parts, std::move(mail.stream), std::move(mail.fifo));
  Slot& slot = slots_[token];
  if (reader->fifo() != nullptr) {
    const Status status = poller_->Add(*reader->fifo(), token);
    slot.can_poll = status.ok();
    if (!status.ok()) parts_.log.Write(LogLevel::kError, "poll", {{"error", status.message()}});
  }
  slot.reader = std::move(reader);
  Visit(token, now);
}

void Intake::Take(AbandonStream& mail, MonoTime) {
  auto found = slots_.find(mail.stream.value);
  if (found == slots_.end()) return;
  found->second.reader->Abandon();
  Remove(mail.stream.value);
}

void Intake::Take(RollStream& mail, MonoTime) {
  auto found = slots_.find(mail.stream.value);
  if (found != slots_.end()) found->second.reader->RequestRoll();
}

void Intake::Take(LimitStream& mail, MonoTime now) {
  auto found = slots_.find(mail.stream.value);
  if (found == slots_.end()) return;
  found->second.reader->SetLimit(mail.limit);
  Visit(mail.stream.value, now);
}

bool Intake::Drain(StreamId stream, MonoTime deadline) {
  DrainRequest request;
  request.stream = stream;
  {
    MutexLock lock(mu_);
    request.number = ++drain_number_;
    drains_.push_back(&request);
  }
  poller_->Wake();
  MutexLock lock(mu_);
  while (!request.is_done && !is_stopping_) {
    const Nanos left = deadline - parts_.clock.Now();
    if (left <= Nanos::zero()) break;
    drained_.WaitFor(mu_, left);
  }
  std::erase(drains_, &request);
  return request.is_done;
}

void Intake::ServeDrains(std::vector<DrainRequest>& requests, MonoTime now) {
  for (DrainRequest& request : requests) request.is_done = ServeDrain(request, now);
  MutexLock lock(mu_);
  for (const DrainRequest& request : requests) {
    for (DrainRequest* waiting : drains_) {
      if (waiting->number != request.number) continue;  // Gone meanwhile, at its deadline, or another.
      waiting->goal = request.goal;
      waiting->is_seen = true;
      waiting->is_done = request.is_done;
    }
  }
  drained_.NotifyAll();
}

bool Intake::ServeDrain(DrainRequest& request, MonoTime now) {
  const uint64_t token = request.stream.value;
  auto found = slots_.find(token);
  if (found == slots_.end()) return true;
  if (!request.is_seen) {
    request.goal = found->second.reader->PipeEnd();
    request.is_seen = true;
  }
  for (int visit = 0; visit < kDrainVisitsMax; ++visit) {
    if (found->second.reader->end() >= request.goal) return true;
    Visit(token, now);
    found = slots_.find(token);
    if (found == slots_.end()) return true;
  }
  return found->second.reader->end() >= request.goal;
}

}  // namespace tailrace
