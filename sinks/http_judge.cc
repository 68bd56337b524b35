#include "sinks/http_judge.h"

#include <algorithm>

#include "sinks/retry_after.h"

namespace tailrace {

namespace {

struct Meaning {
  Advice advice;
  std::string_view words;  // after "the server answered 503: "
};

Meaning MeaningOfClientError(int status) {
  switch (status) {
    case 401: return {Advice::kHold, "the credentials are missing or wrong"};
    case 403: return {Advice::kHold, "the credentials do not allow it"};
    case 404: return {Advice::kHold, "there is nothing at this address"};
    case 405: return {Advice::kHold, "the address takes no such method"};
    case 406:
    case 415: return {Advice::kHold, "the content type is not taken"};
    case 407: return {Advice::kHold, "the proxy wants credentials"};
    case 408: return {Advice::kSlow, "the request took too long"};
    case 410: return {Advice::kHold, "the address is gone for ever"};
    case 413: return {Advice::kSplit, "the request is too large"};
    case 425: return {Advice::kSlow, "too early"};
    case 429: return {Advice::kSlow, "too many requests"};
    default: return {Advice::kHold, "the request is refused"};
  }
}

Meaning MeaningOf(int status, std::span<const int> poison) {
  if (std::find(poison.begin(), poison.end(), status) != poison.end()) {
    return {Advice::kSplit, "something in the request is not understood"};
  }
  if (status >= 200 && status < 300) return {Advice::kOk, {}};
  if (status >= 300 && status < 400) return {Advice::kHold, "it wants us elsewhere; write the address it means"};
  if (status >= 400 && status < 500) return MeaningOfClientError(status);
  if (status == 501) return {Advice::kHold, "it cannot do that"};
  if (status == 505) return {Advice::kHold, "it does not speak HTTP/1.1"};
  if (status >= 500 && status < 600) return {Advice::kSlow, "it is in trouble, or not ready"};
  return {Advice::kUnknown, "no such status is known"};
}

// A lone record that splitting cannot help.
bool IsRejection(const Meaning& meaning, size_t records) { return meaning.advice == Advice::kSplit && records == 1; }

}  // namespace

Judgement JudgeHttp(const HttpResponse& response, size_t records, std::span<const int> poison) {
  const Meaning meaning = MeaningOf(response.status, poison);
  Judgement judgement;
  judgement.advice = meaning.advice;
  judgement.retry_after = ParseRetryAfter(response.Header("Retry-After"), response.Header("Date"));
  if (meaning.advice == Advice::kOk) {
    judgement.outcomes = Outcomes(records, {Outcome::kDelivered, response.status});
    return judgement;
  }
  judgement.outcomes = Outcomes(records, {Outcome::kRetry, response.status});
  judgement.error = "the server answered " + std::to_string(response.status) + ": " + std::string(meaning.words);
  if (!IsRejection(meaning, records)) return judgement;
  const std::string type = "http_" + std::to_string(response.status);
  judgement.outcomes = Outcomes(1, {Outcome::kRejected, response.status, type, std::string(meaning.words)});
  // A size is worth remembering; for the rest the destination works.
  if (response.status != 413) judgement.advice = Advice::kOk;
  return judgement;
}

Judgement JudgeFailure(const HttpFailure& failure, size_t records) {
  Judgement judgement;
  judgement.outcomes = Outcomes(records, {Outcome::kRetry, 0});
  const bool is_splittable = failure.is_answer_too_large && records > 1;
  judgement.advice = is_splittable ? Advice::kSplit : failure.is_answer_too_large ? Advice::kUnknown : Advice::kSlow;
  judgement.error = failure.message;
  return judgement;
}

Judgement UnknownAnswer(size_t records, std::string why) {
  Judgement judgement;
  judgement.outcomes = Outcomes(records, {Outcome::kRetry, 0});
  judgement.advice = Advice::kUnknown;
  judgement.error = std::move(why);
  return judgement;
}

}  // namespace tailrace
