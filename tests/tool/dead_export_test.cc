#include "tool/dead_export.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "sinks/webhook/webhook_sink.h"
#include "tests/tool/sample_letters.h"

namespace tailrace {
namespace {

constexpr std::string_view kAction = R"({"create":{"_index":"logs","_id":"id-1"}})";

std::optional<std::string> Exported(const std::string& document, ExportFormat format) {
  DeadLetter letter = SampleLetter(1, "es", "", 1);
  letter.document = document;
  return ExportedLetter(letter, format);
}

TEST(DeadExport, WhatWasSentInBulkGoesOutEitherWay) {
  const DeadLetter letter = SampleLetter(1, "es", "", 1);
  EXPECT_EQ(ExportedLetter(letter, ExportFormat::kBulk), std::string(kAction) + "\n{\"message\":\"id-1\"}\n");
  EXPECT_EQ(ExportedLetter(letter, ExportFormat::kNdjson), "{\"message\":\"id-1\"}\n");
}

TEST(DeadExport, WhatWasSentAloneGetsAnActionWithItsId) {
  for (const char* end : {"\n", ",", ""}) {
    const std::string document = R"({"id":"a\"b","message":"x"})";
    EXPECT_EQ(Exported(document + end, ExportFormat::kNdjson), document + "\n");
    EXPECT_EQ(Exported(document + end, ExportFormat::kBulk), R"({"create":{"_id":"a\"b"}})" "\n" + document + "\n");
  }
}

TEST(DeadExport, TextHasNoBulkForm) {
  EXPECT_EQ(Exported("plain, text,\n", ExportFormat::kNdjson), "plain, text,\n");
  for (const char* text : {"plain\n", "{\"message\":1}\n", "[1]\n", "{\"id\":7}\n"}) {
    EXPECT_EQ(Exported(text, ExportFormat::kBulk), std::nullopt) << text;
  }
  EXPECT_EQ(Exported("", ExportFormat::kNdjson), std::nullopt);
  EXPECT_EQ(Exported("\n", ExportFormat::kBulk), std::nullopt);
}

// Whatever the sinks make today.
TEST(DeadExport, DocumentsOfTheSinksAreUnderstood) {
  StreamDescription stream;
  stream.container_name = "web";
  const RecordView record{.stream_id = 7, .first = 9, .time_nano = kLetterTime, .text = "hello", .lost_reason = {}};
  const ElasticsearchSink elasticsearch({});
  DeadLetter letter;
  elasticsearch.Append(record, elasticsearch.Describe(stream), letter.document);
  const std::string bulk = ExportedLetter(letter, ExportFormat::kBulk).value_or("");
  EXPECT_EQ(bulk, letter.document);
  const std::string document = ExportedLetter(letter, ExportFormat::kNdjson).value_or("");
  EXPECT_TRUE(bulk.ends_with("}}\n" + document)) << document;
  EXPECT_TRUE(JsonDocument::Parse(document).ok());
  for (WebhookFormat format : {WebhookFormat::kNdjson, WebhookFormat::kJson}) {
    WebhookSettings settings;
    settings.format = format;
    const WebhookSink webhook(settings);
    letter.document.clear();
    webhook.Append(record, webhook.Describe(stream), letter.document);
    EXPECT_TRUE(ExportedLetter(letter, ExportFormat::kBulk).value_or("").starts_with(R"({"create":{"_id":")"));
    EXPECT_TRUE(JsonDocument::Parse(ExportedLetter(letter, ExportFormat::kNdjson).value_or("")).ok());
  }
}

}  // namespace
}  // namespace tailrace
