#include "sinks/elasticsearch/elasticsearch_sink.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/utf8.h"
#include "sinks/record_id.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

StreamDescription Stream(const std::string& index) {
  StreamDescription stream;
  stream.stream_id = 0x0123456789abcdef;
  stream.container_id = "4f1c";
  stream.container_name = "web";
  stream.image_name = "nginx:1.25";
  stream.host_name = "host-a";
  stream.options = {{"es-index", index}};
  return stream;
}

RecordView Record(std::string_view text) {
  RecordView record;
  record.stream_id = 0x0123456789abcdef;
  record.first = 4711;
  record.time_nano = 1'700'000'000'123'456'789;
  record.text = text;
  return record;
}

std::vector<std::string> LinesOf(const Sink& sink, const StreamDescription& stream, const RecordView& record) {
  std::string body;
  sink.Append(record, sink.Describe(stream), body);
  EXPECT_TRUE(body.ends_with('\n'));
  const size_t end = body.find('\n');
  return {body.substr(0, end), body.substr(end + 1, body.size() - end - 2)};
}

TEST(ElasticsearchSink, ARecordIsAnActionAndADocument) {
  const ElasticsearchSink sink({});
  const auto lines = LinesOf(sink, Stream("logs-docker-default"), Record("hello"));
  EXPECT_EQ(lines[0], R"({"create":{"_index":"logs-docker-default","_id":"AYvP5QEjRWeJq83vAAAAABJn"}})");
  EXPECT_EQ(lines[1],
            R"({"@timestamp":"2023-11-14T22:13:20.123456789Z","log":{"offset":4711},"stream":"stdout",)"
            R"("container":{"id":"4f1c","name":"web","runtime":"docker","image":{"name":"nginx","tag":["1.25"]}},)"
            R"("host":{"name":"host-a"},"event":{"dataset":"docker"},)"
            R"("data_stream":{"type":"logs","dataset":"docker","namespace":"default"},)"
            R"("ecs":{"version":"8.11.0"},"message":"hello"})");
}

TEST(ElasticsearchSink, WithoutIdsTheServerMakesThem) {
  const ElasticsearchSink sink({.has_ids = false});
  EXPECT_EQ(LinesOf(sink, Stream("docker"), Record(""))[0], R"({"create":{"_index":"docker"}})");
}

TEST(ElasticsearchSink, APatternIsFilledInByTheLinesTime) {
  const ElasticsearchSink sink({});
  EXPECT_EQ(LinesOf(sink, Stream("docker-%{+yyyy.MM.dd}"), Record(""))[0],
            R"({"create":{"_index":"docker-2023.11.14","_id":"AYvP5QEjRWeJq83vAAAAABJn"}})");
  EXPECT_EQ(LinesOf(sink, Stream("%{+yyyy}-x"), Record(""))[0],
            R"({"create":{"_index":"2023-x","_id":"AYvP5QEjRWeJq83vAAAAABJn"}})");
  const ElasticsearchSink without({.has_ids = false});
  EXPECT_EQ(LinesOf(without, Stream("d-%{+yyyy}"), Record(""))[0], R"({"create":{"_index":"d-2023"}})");
}

TEST(ElasticsearchSink, ANameThatIsNoneFallsBackToTheDefault) {
  const ElasticsearchSink sink({});
  for (const char* index : {"", "Not An Index"}) {
    EXPECT_NE(LinesOf(sink, Stream(index), Record(""))[0].find("\"logs-docker-default\""), std::string::npos);
  }
}

TEST(ElasticsearchSink, TheRequestAsksForWhatJudgingNeeds) {
  const HttpRequest request = ElasticsearchSink({.pipeline = "a b/c"}).Finish("body\n", 1);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path,
            "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store"
            "&timeout=20s&pipeline=a%20b%2Fc");
  EXPECT_EQ(request.headers, (std::vector<HttpHeader>{{"Content-Type", "application/x-ndjson"}}));
  EXPECT_EQ(request.body, "body\n");
  EXPECT_EQ(ElasticsearchSink({}).Finish("", 0).path.find("pipeline"), std::string::npos);
}

TEST(ElasticsearchSink, AnyBytesBecomeValidJsonThatKeepsWhatCanBeKept) {
  const ElasticsearchSink sink({});
  SeededRandom random(21);
  const auto pieces = sink.Describe(Stream("docker"));
  for (int i = 0; i < 5000; ++i) {
    std::string text(random.Next64() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random.Next64() % 3 == 0 ? random.Next64() : 'a' + random.Next64() % 26);
    RecordView record = Record(text);
    record.first = random.Next64() >> 20;
    std::string body;
    sink.Append(record, pieces, body);
    ASSERT_EQ(std::count(body.begin(), body.end(), '\n'), 2);
    auto document = JsonDocument::Parse(body.substr(body.find('\n') + 1));
    ASSERT_TRUE(document.ok()) << document.status().message();
    ASSERT_EQ(document->root().Member("message").AsString(), Utf8Repaired(text));
    ASSERT_EQ(document->root().Member("log").Member("offset").AsInt64(), static_cast<int64_t>(record.first));
    auto action = JsonDocument::Parse(body.substr(0, body.find('\n')));
    ASSERT_EQ(action->root().Member("create").Member("_id").AsString(), RecordId(record));
  }
}

TEST(ElasticsearchSink, TheSameRecordIsTheSameBytes) {
  const ElasticsearchSink sink({});
  const auto pieces = sink.Describe(Stream("docker"));
  std::string first, second;
  sink.Append(Record("x"), pieces, first);
  sink.Append(Record("y"), pieces, second);
  const size_t before = second.size();
  sink.Append(Record("x"), pieces, second);
  EXPECT_EQ(second.substr(before), first);
}

TEST(ElasticsearchSink, TheBoundOfAnAnswerGrowsWithItsItems) {
  const ElasticsearchSink sink({});
  EXPECT_GT(sink.ResponseBytesMax(1), size_t{2} << 20);  // A reason may quote a message of 1 MiB, escaped.
  EXPECT_LT(sink.ResponseBytesMax(4000), size_t{8} << 20);
  HttpResponse response;
  response.status = 200;
  response.body = R"({"errors":false,"items":[{"create":{"status":201}}]})";
  EXPECT_EQ(sink.Judge(response, 1).outcomes[0].outcome, Outcome::kDelivered);
}

}  // namespace
}  // namespace tailrace
