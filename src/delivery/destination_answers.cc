// Destination, the part that judges answers.
#include <algorithm>

#include "delivery/destination.h"

namespace tailrace {

bool Destination::Complete(HttpCompletion completion, MonoTime now) {
  std::optional<SentBatch> sent = queue_.Take(completion.request);
  if (!sent) return false;
  has_news_ = true;
  for (const BatchRecord& record : sent->batch.records()) record.range.slot->waiting_since = now;
  if (const auto* failure = std::get_if<HttpFailure>(&completion.result)) {
    OnFailure(*sent, *failure, now);
  } else {
    OnResponse(*sent, std::get<HttpResponse>(completion.result), now);
  }
  return true;
}

void Destination::OnFailure(SentBatch& sent, const HttpFailure& failure, MonoTime now) {
  ++requests_failed_;
  urls_.OnEnd(sent.url, now, false);
  // With another address there is no need to wait.
  is_unreachable_ = !urls_.Pick(now).has_value();
  if (is_unreachable_) pace_.OnNoAnswer(now, !failure.is_connect);
  NoteError(settings_.urls[sent.url] + ": " + failure.message);
  if (!settler_.Retry(sent.batch, now, now)) RewindFull();
}

void Destination::OnResponse(SentBatch& sent, const HttpResponse& response, MonoTime now) {
  urls_.OnEnd(sent.url, now, true);
  is_unreachable_ = false;
  const Sink& sink = sent.batch.records().front().range.slot->sink();
  Judgement judgement = sink.Judge(response, sent.batch.size());
  if (judgement.outcomes.size() != sent.batch.size()) {
    judgement.outcomes.assign(sent.batch.size(), RecordOutcome{});
    if (judgement.advice == Advice::kOk) judgement.advice = Advice::kUnknown;
  }
  // The whole destination waits: then no stream does so by itself.
  for (RecordOutcome& outcome : judgement.outcomes) {
    if (judgement.advice == Advice::kHold && outcome.outcome == Outcome::kHold) outcome.outcome = Outcome::kRetry;
  }
  if (judgement.advice == Advice::kOk) {
    ++requests_ok_;
  } else {
    ++requests_refused_;
  }
  // A split is a matter of what was sent, and says nothing of the destination.
  if (judgement.advice != Advice::kOk && judgement.advice != Advice::kSplit) {
    NoteError(settings_.urls[sent.url] + ": " + judgement.error);
  }
  Obey(sent, judgement, response.status, now);
}

void Destination::Obey(SentBatch& sent, const Judgement& judgement, int status, MonoTime now) {
  constexpr int kTooLarge = 413;
  constexpr int kTooMany = 429;
  const Settler::Answer answer{judgement, settings_.urls[sent.url], now};
  if (judgement.advice == Advice::kSplit) {
    if (status == kTooLarge && sent.batch.size() > 1) pace_.OnTooLarge(sent.attempt.body_bytes);
    if (!settler_.Split(sent.batch, answer, status == kTooLarge)) RewindFull();
    return;
  }
  const bool is_nothing = std::all_of(judgement.outcomes.begin(), judgement.outcomes.end(),
                                      [](const RecordOutcome& o) { return o.outcome == Outcome::kRetry; });
  Settler::Applied applied;
  if (is_nothing && judgement.advice != Advice::kOk) {
    applied.retried = sent.batch.size();
    applied.is_full = !settler_.Retry(sent.batch, now, now);
  } else {
    applied = settler_.Apply(sent.batch, answer);
  }
  switch (judgement.advice) {
    case Advice::kOk: Decide(sent, judgement, applied, now); break;
    case Advice::kSlow: pace_.OnSlow(now, sent.attempt, judgement.retry_after, status == kTooMany); break;
    case Advice::kHold: pace_.OnHold(now); break;
    case Advice::kUnknown: pace_.OnUnknown(now, sent.attempt); break;
    case Advice::kSplit: break;
  }
  if (applied.is_full) RewindFull();
}

// An answer that makes sense; is it good news?
void Destination::Decide(const SentBatch& sent, const Judgement& judgement, const Settler::Applied& applied,
                         MonoTime now) {
  if (applied.settled == 0 && applied.held == 0 && applied.retried > 0) {
    // One document by itself may be poison; many are a server in trouble.
    if (sent.batch.size() > 1 || sent.batch.origin.attempts == 0) {
      pace_.OnSlow(now, sent.attempt, judgement.retry_after, false);
    }
    return;
  }
  pace_.OnDelivered(sent.attempt);
  if (!is_failing_ || pace_.is_probing()) return;
  is_failing_ = false;
  shared_.log.Write(LogLevel::kInfo, "destination-back", {{"destination", label_}});
}

// Told when it begins, and when it is over: our own lines may come back to us as a container's.
void Destination::NoteError(const std::string& error) {
  last_error_ = error;
  last_error_at_ = shared_.clock.WallNow();
  if (is_failing_) return;
  is_failing_ = true;
  shared_.log.Write(LogLevel::kWarning, "destination-failing",
                    {{"destination", label_}, {"why", error}, {"next", "its lines are kept until it is back"}});
}

DestinationStats Destination::Stats(MonoTime now) const {
  DestinationStats stats;
  stats.label = label_;
  stats.taken = taken_before_;
  for (const auto& slot : slots_) {
    const uint64_t taken = slot->LinesTaken();
    const uint64_t waiting = taken - slot->LinesSettled();
    stats.taken += taken - slot->lines_before;
    stats.waiting += waiting;
    stats.held_streams += slot->is_held ? 1 : 0;
    if (waiting == 0) continue;
    const double seconds = std::chrono::duration<double>(now - slot->waiting_since).count();
    stats.oldest_waiting_seconds = std::max(stats.oldest_waiting_seconds, seconds);
  }
  stats.delivered = books_.delivered;
  stats.duplicate = books_.duplicate;
  stats.foreign_duplicate = books_.foreign_duplicate;
  stats.diverted = books_.diverted;
  stats.dead = books_.dead;
  stats.dropped = books_.dropped;
  stats.corrupt = books_.corrupt;
  stats.retries = books_.retries;
  stats.splits = books_.splits;
  stats.rewinds = books_.rewinds;
  stats.requests_ok = requests_ok_;
  stats.requests_failed = requests_failed_;
  stats.requests_refused = requests_refused_;
  stats.bytes_sent = bytes_sent_;
  stats.streams = slots_.size();
  stats.in_flight = queue_.size();
  stats.concurrency_limit = pace_.limit();
  stats.is_held = pace_.is_held();
  const MonoTime until = urls_.Pick(now) ? pace_.blocked_until() : std::max(pace_.blocked_until(), urls_.NextBack());
  if (until > now) stats.backoff_seconds = std::chrono::duration<double>(until - now).count();
  stats.last_error = last_error_;
  stats.last_error_at = last_error_at_;
  return stats;
}

}  // namespace tailrace
