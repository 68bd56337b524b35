#include "sinks/webhook/webhook_sink.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "sinks/document.h"
#include "sinks/http_judge.h"
#include "sinks/record_id.h"

namespace tailrace {

namespace {

// Nobody reads what a receiver says, but a proxy's page must not count as a failure.
constexpr size_t kAnswerBytesMax = 256_KiB;

constexpr std::string_view kIdBegin = "{\"id\":\"";
constexpr std::string_view kIdEnd = "\",";

std::string_view ContentTypeOf(WebhookFormat format) {
  switch (format) {
    case WebhookFormat::kNdjson: return "application/x-ndjson";
    case WebhookFormat::kJson: return "application/json";
    case WebhookFormat::kText: return "text/plain; charset=utf-8";
  }
  return {};
}

}  // namespace

std::vector<std::string> WebhookSink::Describe(const StreamDescription& stream) const {
  std::string head(kIdBegin);
  head += std::string(kRecordIdBytes, '0');
  head += kIdEnd;
  head += kDocumentHead;
  return {RenderConstants(stream, {}, false), RenderConstants(stream, {}, true), std::move(head)};
}

void WebhookSink::Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const {
  if (settings_.format == WebhookFormat::kText) {
    const bool is_valid = Utf8ValidBytes(record.text) == record.text.size();
    body += is_valid ? record.text : Utf8Repaired(record.text);
    body += '\n';
    return;
  }
  char* document = AppendHead(body, pieces[2], record);
  WriteRecordId(document - kIdEnd.size() - kRecordIdBytes, record);
  AppendOffset(body, record);
  body += pieces[record.is_stderr ? 1 : 0];
  // The same bytes for the same record wherever it stands: the comma behind the last one goes in Finish.
  AppendDocumentEnd(body, record.text, settings_.format == WebhookFormat::kJson ? ',' : '\n');
}

HttpRequest WebhookSink::Finish(std::string body, size_t) const {
  if (settings_.format == WebhookFormat::kJson) {
    if (body.ends_with(',')) body.pop_back();
    body.insert(body.begin(), '[');
    body += ']';
  }
  HttpRequest request;
  request.method = settings_.method;
  request.headers = {{"Content-Type", std::string(ContentTypeOf(settings_.format))}};
  request.body = std::move(body);
  return request;
}

Judgement WebhookSink::Judge(const HttpResponse& response, size_t records) const {
  return JudgeHttp(response, records, kPoisonStatusesWebhook);
}

size_t WebhookSink::ResponseBytesMax(size_t) const { return kAnswerBytesMax; }

}  // namespace tailrace
