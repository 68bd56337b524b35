#include "sinks/webhook/webhook.h"

#include <array>

#include "sinks/connection_options.h"
#include "sinks/option_rows.h"
#include "sinks/webhook/webhook_sink.h"

namespace tailrace {

namespace {

constexpr std::array<std::string_view, 3> kFormats{"ndjson", "json", "text"};
constexpr std::array<std::string_view, 2> kMethods{"POST", "PUT"};
constexpr std::array<std::string_view, 2> kCompressions{"none", "gzip"};

constexpr std::array kRows{
    UrlRow("http-url", "address that lines are posted to, with path and query"),
    ChoiceRow("http-format", "ndjson", kFormats, "ndjson: a document a line; json: an array; text: the lines alone"),
    ChoiceRow("http-method", "POST", kMethods, "method of the request"),
    SecretRow("http-header", "more headers, Name: value, several separated by |"),
    ConnectionRow("http-user", "user name"),
    SecretRow("http-password", "password of http-user"),
    FileRow("http-password-file", "file that holds it"),
    SecretRow("http-bearer", "bearer token"),
    FileRow("http-bearer-file", "file that holds it"),
    ConnectionRow("http-ca",
                  "certificate of the authority that signed the server's: PEM text, or the path of a file"),
    FileRow("http-ca-file", "file that holds it"),
    ConnectionRow("http-cert", "client certificate: PEM text, or the path of a file"),
    FileRow("http-cert-file", "file that holds it"),
    SecretRow("http-key", "private key of http-cert: PEM text, or the path of a file"),
    FileRow("http-key-file", "file that holds it"),
    ChoiceRow("http-tls-verify", "on", kSwitchChoices, "off: take any certificate, from anybody; for tests only"),
    ChoiceRow("http-compression", "none", kCompressions, "how bodies are sent"),
    ChoiceRow("http-ordered", "off", kSwitchChoices,
              "on: a container's lines arrive in their order, one request at a time"),
};

Result<ConnectionSettings> Connect(const SlotOptions& slot, FileSource& files) {
  const ConnectionOptions options("http", slot, files);
  const Result<HttpUrl> url = ParseHttpUrl(options.Value("url"));
  if (!url.ok()) return options.Problem("url", url.status().message());
  ConnectionSettings settings;
  settings.urls = {url->Text()};
  ASSIGN_OR_RETURN(settings.headers, options.Headers());
  RETURN_IF_ERROR(options.AddAuthorization(*url, settings.headers));
  RETURN_IF_ERROR(options.ReadTls(settings));
  settings.gzip = options.Value("compression") == "gzip";
  settings.ordered = options.IsOn("ordered");
  // As they are meant: equal destinations must look equal.
  const std::string_view format = options.Value("format");
  const std::string_view method = options.Value("method");
  settings.other["http-format"] = format.empty() ? kFormats[0] : format;
  settings.other["http-method"] = method.empty() ? kMethods[0] : method;
  return settings;
}

Result<std::unique_ptr<Sink>> Make(const SlotOptions& slot) {
  auto value = [&](const std::string& name) {
    auto found = slot.values.find(name);
    return found == slot.values.end() ? std::string() : found->second;
  };
  WebhookSettings settings;
  const std::string format = value("http-format");
  if (format == "json") settings.format = WebhookFormat::kJson;
  if (format == "text") settings.format = WebhookFormat::kText;
  if (value("http-method") == "PUT") settings.method = "PUT";
  return std::unique_ptr<Sink>(std::make_unique<WebhookSink>(std::move(settings)));
}

}  // namespace

SinkKind WebhookKind() {
  return {.name = "http", .activating_option = "http-url", .options = kRows, .connect = Connect, .make = Make};
}

}  // namespace tailrace
