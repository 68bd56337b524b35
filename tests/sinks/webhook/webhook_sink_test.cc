#include "sinks/webhook/webhook_sink.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tailrace {
namespace {

StreamDescription Stream() {
  StreamDescription stream;
  stream.container_name = "web";
  return stream;
}

RecordView Record(std::string_view text, uint64_t first = 4711) {
  RecordView record;
  record.stream_id = 0x0123456789abcdef;
  record.first = first;
  record.time_nano = 1'700'000'000'123'456'789;
  record.text = text;
  return record;
}

HttpRequest RequestOf(const WebhookSink& sink, const std::vector<std::string>& texts) {
  const auto pieces = sink.Describe(Stream());
  std::string body;
  for (size_t i = 0; i < texts.size(); ++i) sink.Append(Record(texts[i], i), pieces, body);
  return sink.Finish(std::move(body), texts.size());
}

TEST(WebhookSink, ALineIsADocumentWithAnId) {
  const HttpRequest request = RequestOf(WebhookSink({}), {"one", "two"});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "");
  EXPECT_EQ(request.headers, (std::vector<HttpHeader>{{"Content-Type", "application/x-ndjson"}}));
  EXPECT_TRUE(request.body.starts_with(
      R"({"id":"AYvP5QEjRWeJq83vAAAAAAAA","@timestamp":"2023-11-14T22:13:20.123456789Z","log":{"offset":0},)"))
      << request.body;
  EXPECT_TRUE(request.body.ends_with("\"message\":\"two\"}\n"));
  auto first = JsonDocument::Parse(request.body.substr(0, request.body.find('\n')));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->root().Member("container").Member("name").AsString(), "web");
}

TEST(WebhookSink, AnArrayOfTheSame) {
  const WebhookSink sink({.format = WebhookFormat::kJson, .method = "PUT"});
  for (const std::vector<std::string>& texts : {std::vector<std::string>{}, {"one"}, {"one", "two,", "]"}}) {
    const HttpRequest request = RequestOf(sink, texts);
    EXPECT_EQ(request.method, "PUT");
    auto document = JsonDocument::Parse(request.body);
    ASSERT_TRUE(document.ok()) << request.body;
    const auto elements = document->root().Elements();
    ASSERT_EQ(elements.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(elements[i].Member("message").AsString(), texts[i]);
  }
}

TEST(WebhookSink, TextIsTheLinesAlone) {
  const WebhookSink sink({.format = WebhookFormat::kText});
  const HttpRequest request = RequestOf(sink, {"one", "b\xff" "d", ""});
  EXPECT_EQ(request.body, "one\nb\xef\xbf\xbd" "d\n\n");
  EXPECT_EQ(request.headers[0].second, "text/plain; charset=utf-8");
}

TEST(WebhookSink, ASuccessIsAnyTwoHundredWhateverItSays) {
  const WebhookSink sink({});
  for (int status : {200, 201, 202, 204}) {
    HttpResponse response;
    response.status = status;
    response.body = "<html>";
    EXPECT_EQ(sink.Judge(response, 2).outcomes[1].outcome, Outcome::kDelivered) << status;
  }
  HttpResponse refused;
  refused.status = 422;
  EXPECT_EQ(sink.Judge(refused, 2).advice, Advice::kSplit);
  EXPECT_EQ(sink.Judge(refused, 1).outcomes[0].outcome, Outcome::kRejected);
  EXPECT_GT(sink.ResponseBytesMax(1), 10'000u);
}

}  // namespace
}  // namespace tailrace
