// Destination, the part that judges answers.
#include <algorithm>

#include "delivery/destination.h"
#include "delivery/remedy.h"
#include "sinks/http_judge.h"
#include "sinks/http_url.h"

namespace tailrace {

namespace {

constexpr std::string_view kUnreachable = "unreachable";
constexpr std::string_view kUnknownOutcome = "unknown";

std::string_view RetryClassOf(Advice advice) {
  switch (advice) {
    case Advice::kOk:
    case Advice::kSplit: return "item";
    case Advice::kSlow: return "overloaded";
    case Advice::kHold: return "held";
    case Advice::kUnknown: return kUnknownOutcome;
  }
  return kUnknownOutcome;
}

// Each record was judged by itself: the server is there.
bool IsItemwise(const Judgement& judgement, int status) {
  return judgement.advice == Advice::kOk || (judgement.advice == Advice::kSlow && status / 100 == 2);
}

// All that failed is of streams that are held: they say nothing of the destination.
bool IsOfHeldAlone(const Batch& batch, const Outcomes& outcomes) {
  for (size_t i = 0; i < batch.size(); ++i) {
    if (outcomes[i].outcome == Outcome::kRetry && !batch.records()[i].range.slot->is_held) return false;
  }
  return true;
}

}  // namespace

bool Destination::Complete(HttpCompletion completion, MonoTime now) {
  std::optional<SentBatch> sent = queue_.Take(completion.request);
  if (!sent) return false;
  has_news_ = true;
  request_seconds_.Add(std::chrono::duration<double>(now - sent->attempt.started).count());
  if (const auto* failure = std::get_if<HttpFailure>(&completion.result)) {
    OnFailure(*sent, *failure, now);
  } else {
    OnResponse(*sent, std::get<HttpResponse>(completion.result), now);
  }
  return true;
}

void Destination::OnFailure(SentBatch& sent, const HttpFailure& failure, MonoTime now) {
  ++requests_failed_;
  NoteError(ShownUrl(settings_.urls[sent.url]) + ": " + failure.message, RemedyForFailure(kind_, failure));
  const uint64_t retries = books_.retries;
  if (failure.is_answer_too_large) {
    // Somebody is there, and smaller requests have smaller answers.
    urls_.OnEnd(sent.url, now, true);
    is_unreachable_ = false;
    Obey(sent, JudgeFailure(failure, sent.batch.size()), 0, now);
    CountRetries(kUnknownOutcome, retries);
    return;
  }
  urls_.OnEnd(sent.url, now, false);
  // With another address there is no need to wait.
  is_unreachable_ = !urls_.Pick(now).has_value();
  if (is_unreachable_) pace_.OnNoAnswer(now, !failure.is_connect);
  if (!settler_.Retry(sent.batch, now, now)) RewindFull();
  CountRetries(failure.maybe_delivered ? kUnknownOutcome : kUnreachable, retries);
}

void Destination::OnResponse(SentBatch& sent, const HttpResponse& response, MonoTime now) {
  urls_.OnEnd(sent.url, now, true);
  is_unreachable_ = false;
  const Sink& sink = sent.batch.records().front().range.slot->sink();
  Judgement judgement = sink.Judge(response, sent.batch.size());
  if (judgement.outcomes.size() != sent.batch.size()) {
    judgement.outcomes = Outcomes(sent.batch.size(), {});
    if (judgement.advice == Advice::kOk) judgement.advice = Advice::kUnknown;
  }
  // The whole destination waits: then no stream does so by itself.
  if (judgement.advice == Advice::kHold) judgement.outcomes.Replace(Outcome::kHold, Outcome::kRetry);
  const bool is_slow = judgement.advice == Advice::kSlow && IsItemwise(judgement, response.status);
  if (is_slow && IsOfHeldAlone(sent.batch, judgement.outcomes)) judgement.advice = Advice::kOk;
  if (judgement.advice == Advice::kOk) {
    ++requests_ok_;
  } else {
    ++requests_refused_;
  }
  // A split is a matter of what was sent, and says nothing of the destination.
  if (judgement.advice != Advice::kOk && judgement.advice != Advice::kSplit) {
    NoteError(ShownUrl(settings_.urls[sent.url]) + ": " + judgement.error,
              RemedyForAnswer(kind_, judgement.advice, response.status));
  }
  const uint64_t retries = books_.retries;
  const uint64_t delivered = books_.delivered;
  const int64_t first_time = sent.batch.records().front().range.place.time_nano;
  Obey(sent, judgement, response.status, now);
  CountRetries(RetryClassOf(judgement.advice), retries);
  if (books_.delivered == delivered) return;
  const double age_ns = static_cast<double>(shared_.clock.WallNow().ns) - static_cast<double>(first_time);
  end_to_end_seconds_.Add(std::max(0.0, age_ns / 1e9));
}

void Destination::CountRetries(std::string_view why, uint64_t before) {
  if (books_.retries > before) retries_by_[why] += books_.retries - before;
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
  const bool is_nothing = judgement.outcomes.AreAll(Outcome::kRetry);
  Settler::Applied applied;
  if (is_nothing && !IsItemwise(judgement, status)) {
    applied.retried = sent.batch.size();
    applied.is_full = !settler_.Retry(sent.batch, now, now);
  } else {
    applied = settler_.Apply(sent.batch, answer);
  }
  switch (judgement.advice) {
    case Advice::kOk: Decide(sent, judgement, applied, now); break;
    case Advice::kSlow:
      if (IsItemwise(judgement, status)) {
        Decide(sent, judgement, applied, now);
      } else {
        pace_.OnSlow(now, sent.attempt, judgement.retry_after, status == kTooMany);
      }
      break;
    case Advice::kHold:
      // What was refused with the old credentials says nothing of the new ones.
      if (sent.attempt.started >= reconnected_at_) pace_.OnHold(now);
      break;
    case Advice::kUnknown: pace_.OnUnknown(now, sent.attempt); break;
    case Advice::kSplit: break;
  }
  if (applied.is_full) RewindFull();
}

// An answer that makes sense; is it good news?
void Destination::Decide(const SentBatch& sent, const Judgement& judgement, const Settler::Applied& applied,
                         MonoTime now) {
  const bool is_good = applied.settled > 0 || applied.held > applied.stuck;
  if (!is_good || (judgement.advice == Advice::kSlow && applied.retried > 0)) {
    // One document by itself may be poison; many are a server in trouble.
    const bool is_lone = sent.batch.size() == 1 && sent.batch.origin.attempts > 0;
    if (applied.retried > 0 && !is_lone) pace_.OnSlow(now, sent.attempt, judgement.retry_after, false);
    return;
  }
  pace_.OnDelivered(sent.attempt);
  if (!is_failing_ || pace_.is_probing()) return;
  is_failing_ = false;
  shared_.log.Write(LogLevel::kInfo, "destination-back", {{"destination", label_}});
}

// Told when it begins, and when it is over: our own lines may come back to us as a container's.
void Destination::NoteError(const std::string& error, const std::string& next_step) {
  last_error_ = error;
  next_step_ = next_step;
  last_error_at_ = shared_.clock.WallNow();
  if (is_failing_) return;
  is_failing_ = true;
  shared_.log.Write(LogLevel::kWarning, "destination-failing",
                    {{"destination", label_}, {"why", error}, {"next", next_step + "; its lines are kept until it is back"}});
}

}  // namespace tailrace
