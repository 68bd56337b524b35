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
  return {RenderConstants(stream, {})};
}

void WebhookSink::Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const {
  if (settings_.format == WebhookFormat::kText) {
    const bool is_valid = Utf8ValidBytes(record.text) == record.text.size();
    body += is_valid ? record.text : Utf8Repaired(record.text);
    body += '\n';
    return;
  }
  constexpr std::string_view kIdBegin = "{\"id\":\"";
  constexpr std::string_view kIdEnd = "\",";
  body += kIdBegin;
  char head[kRecordIdBytes + kIdEnd.size() + kDocumentHeadBytesMax];
  char* out = WriteRecordId(head, record);
  for (char c : kIdEnd) *out++ = c;
  out = WriteDocumentHead(out, record);
  body.append(head, static_cast<size_t>(out - head));
  body += pieces[0];
  AppendDocumentEnd(body, record.text);
  // The same bytes for the same record wherever it stands: the comma behind the last one goes in Finish.
  body += settings_.format == WebhookFormat::kJson ? ',' : '\n';
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
