#include "sinks/elasticsearch/elasticsearch.h"

#include <array>

#include "sinks/connection_options.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "sinks/elasticsearch/index_name.h"
#include "sinks/option_rows.h"

namespace tailrace {

namespace {

constexpr std::array<std::string_view, 2> kCompressions{"gzip", "none"};
constexpr size_t kPipelineBytesMax = 512;

constexpr std::array kRows{
    UrlRow("es-url", "address of Elasticsearch or OpenSearch, such as https://es:9200; several separated by commas"),
    OptionRow{.name = "es-index",
              .use = OptionUse::kRecord,
              .default_value = kDefaultIndexName,
              .help = "data stream, index or alias; a date of the line may be in it: docker-%{+yyyy.MM.dd}"},
    ConnectionRow("es-user", "user name"),
    SecretRow("es-password", "password of es-user"),
    FileRow("es-password-file", "file that holds it"),
    SecretRow("es-api-key", "API key, as id:key or as the `encoded` form"),
    FileRow("es-api-key-file", "file that holds it"),
    SecretRow("es-bearer", "bearer token"),
    FileRow("es-bearer-file", "file that holds it"),
    ConnectionRow("es-ca", "certificate of the authority that signed the server's: PEM text, or the path of a file"),
    FileRow("es-ca-file", "file that holds it"),
    ConnectionRow("es-cert", "client certificate: PEM text, or the path of a file"),
    FileRow("es-cert-file", "file that holds it"),
    SecretRow("es-key", "private key of es-cert: PEM text, or the path of a file"),
    FileRow("es-key-file", "file that holds it"),
    ChoiceRow("es-tls-verify", "on", kSwitchChoices, "off: take any certificate, from anybody; for tests only"),
    ConnectionRow("es-pipeline", "ingest pipeline"),
    ChoiceRow("es-compression", "gzip", kCompressions, "how bodies are sent"),
    ChoiceRow("es-ids", "on", kSwitchChoices, "off: the server makes the ids; a retry may then store a line twice"),
    SecretRow("es-header", "more headers, Name: value, several separated by |"),
};

Status CheckUrls(const ConnectionOptions& options, const std::vector<HttpUrl>& urls) {
  for (const HttpUrl& url : urls) {
    if (url.has_query()) return options.Problem("url", "has a query; write the address without what follows the ?");
    const bool is_same = url.has_credentials == urls[0].has_credentials && url.user == urls[0].user &&
                         url.password == urls[0].password;
    if (!is_same) return options.Problem("url", "has different credentials; write them in es-user and es-password");
  }
  return Status::Ok();
}

Status CheckPipeline(const ConnectionOptions& options) {
  const std::string_view pipeline = options.Value("pipeline");
  for (char c : pipeline) {
    if (static_cast<unsigned char>(c) < 0x20) return options.Problem("pipeline", "holds a control character");
  }
  if (pipeline.size() > kPipelineBytesMax) return options.Problem("pipeline", "too long; at most 512 bytes");
  return Status::Ok();
}

Status CheckIndex(const ConnectionOptions& options) {
  const std::string_view index = options.Value("index");
  const Result<IndexName> name = IndexName::Parse(index.empty() ? kDefaultIndexName : index);
  return name.ok() ? Status::Ok() : options.Problem("index", name.status().message());
}

Status ReadUrls(const ConnectionOptions& options, ConnectionSettings& settings) {
  Result<std::vector<HttpUrl>> urls = ParseHttpUrls(options.Value("url"));
  if (!urls.ok()) return options.Problem("url", urls.status().message());
  RETURN_IF_ERROR(CheckUrls(options, *urls));
  for (HttpUrl& url : *urls) {
    while (url.path.ends_with('/')) url.path.pop_back();
    settings.urls.push_back(url.Text());
  }
  ASSIGN_OR_RETURN(settings.headers, options.Headers());
  return options.AddAuthorization(urls->front(), settings.headers);
}

Result<ConnectionSettings> Connect(const SlotOptions& slot, FileSource& files) {
  const ConnectionOptions options("es", slot, files);
  ConnectionSettings settings;
  RETURN_IF_ERROR(ReadUrls(options, settings));
  RETURN_IF_ERROR(options.ReadTls(settings));
  RETURN_IF_ERROR(CheckPipeline(options));
  RETURN_IF_ERROR(CheckIndex(options));
  settings.gzip = options.Value("compression") != "none";
  settings.other["es-pipeline"] = options.Value("pipeline");
  settings.other["es-ids"] = options.Value("ids").empty() || options.IsOn("ids") ? "on" : "off";
  return settings;
}

Result<std::unique_ptr<Sink>> Make(const SlotOptions& slot) {
  auto value = [&](const std::string& name) {
    auto found = slot.values.find(name);
    return found == slot.values.end() ? std::string() : found->second;
  };
  const std::string ids = value("es-ids");
  return std::unique_ptr<Sink>(std::make_unique<ElasticsearchSink>(
      ElasticsearchSettings{.has_ids = ids != "off" && ids != "false", .pipeline = value("es-pipeline")}));
}

}  // namespace

SinkKind ElasticsearchKind() {
  return {.name = "es", .activating_option = "es-url", .options = kRows, .connect = Connect, .make = Make};
}

}  // namespace tailrace
