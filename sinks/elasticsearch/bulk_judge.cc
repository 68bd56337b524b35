#include "sinks/elasticsearch/bulk_judge.h"

#include <algorithm>
#include <array>

#include "sinks/http_judge.h"
#include "sinks/retry_after.h"

namespace tailrace {

namespace {

bool IsTransient(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

// 400s that say something about the index or the cluster, not about the document: an operator mends them, and every
// other document would have the same fate.
bool IsOperatorsMatter(const BulkItem& item) {
  constexpr std::array<std::string_view, 3> kTypes{"index_closed_exception", "validation_exception",
                                                   "invalid_index_name_exception"};
  if (std::find(kTypes.begin(), kTypes.end(), item.error_type) != kTypes.end()) return true;
  const std::string_view reason = item.error_reason;
  const bool is_missing_pipeline = reason.starts_with("pipeline with id [") && reason.ends_with("does not exist");
  return is_missing_pipeline || reason.starts_with("no write index is defined for alias");
}

// An index that is read-only or closed for writing, by an operator or for want of disk (403, 429): it may last for hours,
// and says nothing of other indices.
bool IsBlocked(const BulkItem& item) {
  return (item.status == 403 || item.status == 429) && item.error_type.find("cluster_block") != std::string::npos;
}

Outcome OutcomeOf(const BulkItem& item) {
  if (IsBlocked(item)) return Outcome::kHold;
  switch (item.status) {
    case 200:
    case 201: return item.failure_store == "used" ? Outcome::kDiverted : Outcome::kDelivered;
    case 409: return Outcome::kDuplicate;
    case 401:
    case 403:
    case 404: return Outcome::kHold;
    case 400: return IsOperatorsMatter(item) ? Outcome::kHold : Outcome::kRejected;
    case 406:
    case 413:
    case 415:
    case 422: return Outcome::kRejected;
    case 500:
      // A document that is no object; the server calls it its own mistake.
      return item.error_type == "not_x_content_exception" ? Outcome::kRejected : Outcome::kRetry;
    default: break;
  }
  if (IsTransient(item.status)) return Outcome::kRetry;
  return item.status >= 400 ? Outcome::kHold : Outcome::kRetry;
}

// How urgent it is for a reader of the log.
int Weight(Outcome outcome) {
  switch (outcome) {
    case Outcome::kHold: return 3;
    case Outcome::kRejected: return 2;
    case Outcome::kRetry: return 1;
    case Outcome::kDelivered:
    case Outcome::kDuplicate:
    case Outcome::kDiverted: return 0;
  }
  return 0;
}

// About the most urgent kind of failure, without a word of a document.
std::string Summary(const std::vector<RecordOutcome>& outcomes) {
  const auto worst = std::max_element(outcomes.begin(), outcomes.end(), [](const auto& a, const auto& b) {
    return Weight(a.outcome) < Weight(b.outcome);
  });
  if (worst == outcomes.end() || Weight(worst->outcome) == 0) return {};
  const auto count = std::count_if(outcomes.begin(), outcomes.end(), [&](const RecordOutcome& outcome) {
    return outcome.outcome == worst->outcome;
  });
  std::string what = "the server answered " + std::to_string(worst->status);
  if (!worst->type.empty()) what += " " + worst->type;
  return what + " for " + std::to_string(count) + " of " + std::to_string(outcomes.size()) + " documents";
}

// What the items together say about the destination: as long as half of them find a home, it works.
Advice AdviceOf(const std::vector<RecordOutcome>& outcomes) {
  size_t unknown = 0;
  size_t retried = 0;
  for (const RecordOutcome& outcome : outcomes) {
    if (outcome.outcome != Outcome::kRetry) continue;
    ++retried;
    if (outcome.status < 400) ++unknown;
  }
  if (retried * 2 <= outcomes.size()) return Advice::kOk;
  return unknown == retried ? Advice::kUnknown : Advice::kSlow;
}

Judgement JudgeItems(const HttpResponse& response, size_t records) {
  if (IsAllCreated(response.body, records)) return {Outcomes(records, {Outcome::kDelivered, 201}), Advice::kOk, {}, {}};
  Result<std::vector<BulkItem>> items = ParseBulkAnswer(response.body, records);
  if (!items.ok()) {
    return UnknownAnswer(records, "the answer is not that of a _bulk request (" + items.status().message() +
                                      "); is es-url the address of Elasticsearch or OpenSearch?");
  }
  Judgement judgement;
  std::vector<RecordOutcome> outcomes;
  outcomes.reserve(records);
  for (BulkItem& item : *items) outcomes.push_back(JudgeBulkItem(std::move(item)));
  judgement.advice = AdviceOf(outcomes);
  judgement.retry_after = ParseRetryAfter(response.Header("Retry-After"), response.Header("Date"));
  judgement.error = Summary(outcomes);
  judgement.outcomes = Outcomes(std::move(outcomes));
  return judgement;
}

// A 400 for the whole request that is not about its content: halves would be refused as well, and a lone document must
// not pay for it.
bool IsAboutTheRequest(const ServerError& error) {
  constexpr std::array<std::string_view, 3> kWords{"contains unrecognized parameter", "contains an unknown parameter",
                                                   "no handler found"};
  if (!error.is_known || error.type == "media_type_header_exception") return true;
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view words) {
    return error.reason.find(words) != std::string::npos;
  });
}

}  // namespace

RecordOutcome JudgeBulkItem(BulkItem item) {
  const Outcome outcome = OutcomeOf(item);
  return {outcome, item.status, std::move(item.error_type), std::move(item.error_reason)};
}

Judgement JudgeBulk(const HttpResponse& response, size_t records) {
  if (response.status == 200) return JudgeItems(response, records);
  if (response.status > 200 && response.status < 300) {
    return UnknownAnswer(records, "the answer " + std::to_string(response.status) + " is not that of a _bulk request");
  }
  Judgement judgement = JudgeHttp(response, records);
  const ServerError error = ParseServerError(response.body);
  if (!error.type.empty()) judgement.error += " (" + error.type + ")";
  if (response.status != 400) return judgement;
  if (IsAboutTheRequest(error)) {
    judgement.outcomes = Outcomes(records, {Outcome::kRetry, response.status});
    judgement.advice = Advice::kHold;
    judgement.error = "the server answered 400, and not as Elasticsearch answers to documents; check es-url";
  } else if (records == 1) {
    const std::string type = error.type.empty() ? "http_400" : error.type;
    judgement.outcomes = Outcomes(1, {judgement.outcomes[0].outcome, response.status, type, error.reason});
  }
  return judgement;
}

}  // namespace tailrace
