// WebhookSink: lines as the body of a POST, in one of three formats. A Sink: immutable; any thread.
//
//   ndjson  {"id":"…","@timestamp":"…",…,"message":"…"} and a newline each
//   json    the same documents as one array
//   text    the lines alone, each with a newline; without ids, for receivers that want just that
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sinks/sink.h"

namespace tailrace {

enum class WebhookFormat { kNdjson, kJson, kText };

struct WebhookSettings {
  WebhookFormat format = WebhookFormat::kNdjson;
  std::string method = "POST";
};

class WebhookSink final : public Sink {
 public:
  explicit WebhookSink(WebhookSettings settings) : settings_(std::move(settings)) {}

  std::vector<std::string> Describe(const StreamDescription& stream) const override;
  void Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const override;
  HttpRequest Finish(std::string body, size_t records) const override;
  Judgement Judge(const HttpResponse& response, size_t records) const override;
  size_t ResponseBytesMax(size_t records) const override;

 private:
  const WebhookSettings settings_;
};

}  // namespace tailrace
