#include "tests/fakes/fake_bulk_sink.h"

#include "base/bytes.h"
#include "base/json.h"

namespace tailrace {

namespace {

Outcome OutcomeOf(int status) {
  if (status == 200 || status == 201) return Outcome::kDelivered;
  if (status == 409) return Outcome::kDuplicate;
  if (status == 400) return Outcome::kRejected;
  if (status == 403 || status == 404) return Outcome::kHold;
  return Outcome::kRetry;
}

Judgement Whole(size_t records, Advice advice, const std::string& error) {
  Judgement judgement;
  judgement.outcomes = Outcomes(records, {});
  judgement.advice = advice;
  judgement.error = error;
  return judgement;
}

Judgement JudgeItems(const std::string& body, size_t records) {
  const Result<JsonDocument> answer = JsonDocument::Parse(body);
  if (!answer.ok()) return Whole(records, Advice::kUnknown, "an answer that is no JSON");
  const std::vector<JsonView> items = answer->root().Member("items").Elements();
  if (items.size() != records) return Whole(records, Advice::kUnknown, "an answer of another length");
  std::vector<RecordOutcome> outcomes(records);
  size_t retried = 0;
  for (size_t i = 0; i < records; ++i) {
    const JsonView item = items[i].Member("create");
    RecordOutcome& outcome = outcomes[i];
    outcome.status = static_cast<int>(item.Member("status").AsInt64().value_or(0));
    outcome.outcome = OutcomeOf(outcome.status);
    outcome.type = item.Member("error").Member("type").AsString().value_or("");
    outcome.reason = item.Member("error").Member("reason").AsString().value_or("");
    retried += outcome.outcome == Outcome::kRetry ? 1 : 0;
  }
  Judgement judgement = Whole(records, Advice::kOk, "");
  judgement.outcomes = Outcomes(std::move(outcomes));
  if (retried * 2 > records) judgement.advice = Advice::kSlow;  // As the sink for Elasticsearch says.
  return judgement;
}

}  // namespace

std::string FakeBulkSink::IdOf(uint64_t stream_id, uint64_t first, bool is_marker) {
  return Hex64(stream_id) + "-" + std::to_string(first) + (is_marker ? "m" : "");
}

std::string FakeBulkSink::Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(bytes.size() * 2, '0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    hex[2 * i] = kDigits[static_cast<uint8_t>(bytes[i]) >> 4];
    hex[2 * i + 1] = kDigits[static_cast<uint8_t>(bytes[i]) & 15];
  }
  return hex;
}

std::vector<std::string> FakeBulkSink::Describe(const StreamDescription& stream) const {
  return {",\"container\":\"" + stream.container_id + "\""};
}

void FakeBulkSink::Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const {
  body += "{\"create\":{\"_index\":\"" + index_ + "\",\"_id\":\"";
  body += IdOf(record.stream_id, record.first, record.lost_lines > 0);
  body += "\"}}\n{\"text\":\"" + Hex(record.text) + "\",\"stderr\":" + (record.is_stderr ? "true" : "false");
  body += ",\"time\":" + std::to_string(record.time_nano) + ",\"part\":" + (record.is_part ? "true" : "false");
  body += ",\"lost\":" + std::to_string(record.lost_lines) + pieces.front() + "}\n";
}

HttpRequest FakeBulkSink::Finish(std::string body, size_t) const {
  HttpRequest request;
  request.path = "/_bulk";
  request.body = std::move(body);
  return request;
}

Judgement FakeBulkSink::Judge(const HttpResponse& response, size_t records) const {
  const std::string error = "status " + std::to_string(response.status);
  switch (response.status) {
    case 200: return JudgeItems(response.body, records);
    case 400:
    case 413: return Whole(records, Advice::kSplit, error);
    case 401:
    case 403:
    case 404: return Whole(records, Advice::kHold, error);
    default: break;
  }
  Judgement judgement = Whole(records, Advice::kSlow, error);
  for (const auto& [name, value] : response.headers) {
    if (name == "Retry-After") judgement.retry_after = std::chrono::seconds(ParseDecimal(value).value_or(0));
  }
  return judgement;
}

}  // namespace tailrace
