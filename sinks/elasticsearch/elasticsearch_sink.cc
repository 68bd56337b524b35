#include "sinks/elasticsearch/elasticsearch_sink.h"

#include "base/bytes.h"
#include "base/json_escape.h"
#include "sinks/document.h"
#include "sinks/elasticsearch/bulk_judge.h"
#include "sinks/elasticsearch/index_name.h"
#include "sinks/record_id.h"

namespace tailrace {

namespace {

// What Describe makes: the constants of a document of each source, then everything before them, as the index's name
// needs it: text and formats of dates by turns. The last text has room for the id and the time.
constexpr size_t kStdout = 0;
constexpr size_t kStderr = 1;
constexpr size_t kHead = 2;

constexpr std::string_view kActionEnd = "\"}}\n{";

// Without it each item of an answer takes 183 bytes instead of 26, and an item that is filtered out loses its place:
// status is always there.
constexpr std::string_view kFilter =
    "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store";
// How long the server waits for a primary shard before it says 503 about an item: less than we wait for the answer,
// else the outcome would be unknown.
constexpr std::string_view kTimeout = "&timeout=20s";

// An error's reason may quote a message whole.
constexpr size_t kAnswerBytesBase = 3_MiB;
constexpr size_t kAnswerBytesPerRecord = 1_KiB;

std::string PercentEncoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::string PathOf(const ElasticsearchSettings& settings) {
  std::string path = "/_bulk?" + std::string(kFilter) + std::string(kTimeout);
  if (!settings.pipeline.empty()) path += "&pipeline=" + PercentEncoded(settings.pipeline);
  return path;
}

// Names were checked when the container started, by whatever version was running then: here one is no reason to stop.
IndexName IndexOf(const StreamDescription& stream) {
  auto option = stream.options.find("es-index");
  if (option != stream.options.end()) {
    Result<IndexName> index = IndexName::Parse(option->second);
    if (index.ok()) return std::move(*index);
  }
  return *IndexName::Parse(kDefaultIndexName);
}

}  // namespace

ElasticsearchSink::ElasticsearchSink(const ElasticsearchSettings& settings)
    : settings_(settings), path_(PathOf(settings)) {}

std::vector<std::string> ElasticsearchSink::Describe(const StreamDescription& stream) const {
  const IndexName index = IndexOf(stream);
  DocumentStyle style;
  if (!index.stream_type().empty()) style = {index.stream_dataset(), index.stream_type(), index.stream_namespace()};
  std::vector<std::string> pieces{RenderConstants(stream, style, false), RenderConstants(stream, style, true)};
  for (size_t i = 0; i < index.pieces().size(); ++i) {
    std::string piece = index.pieces()[i];
    if (i % 2 == 0) {
      piece.clear();
      AppendJsonEscaped(piece, index.pieces()[i]);
    }
    pieces.push_back(std::move(piece));
  }
  pieces[kHead].insert(0, R"({"create":{"_index":")");
  // The closing quote of the last value comes with kActionEnd.
  if (settings_.has_ids) pieces.back() += R"(","_id":")" + std::string(kRecordIdBytes, '0');
  pieces.back() += kActionEnd;
  pieces.back() += kDocumentHead;
  return pieces;
}

void ElasticsearchSink::Append(const RecordView& record, const std::vector<std::string>& pieces,
                               std::string& body) const {
  for (size_t i = kHead; i + 1 < pieces.size(); i += 2) {
    body += pieces[i];
    AppendDate(body, pieces[i + 1], record.time_nano);
  }
  char* document = AppendHead(body, pieces.back(), record);
  if (settings_.has_ids) WriteRecordId(document - kActionEnd.size() - kRecordIdBytes, record);
  AppendOffset(body, record);
  body += pieces[record.is_stderr ? kStderr : kStdout];
  AppendDocumentEnd(body, record.text, '\n');
}

HttpRequest ElasticsearchSink::Finish(std::string body, size_t) const {
  HttpRequest request;
  request.path = path_;
  request.headers = {{"Content-Type", "application/x-ndjson"}};
  request.body = std::move(body);
  return request;
}

Judgement ElasticsearchSink::Judge(const HttpResponse& response, size_t records) const {
  return JudgeBulk(response, records);
}

size_t ElasticsearchSink::ResponseBytesMax(size_t records) const {
  return kAnswerBytesBase + records * kAnswerBytesPerRecord;
}

}  // namespace tailrace
