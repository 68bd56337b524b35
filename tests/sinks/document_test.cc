#include "sinks/document.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tailrace {
namespace {

StreamDescription Nginx() {
  StreamDescription stream;
  stream.container_id = "4f1c";
  stream.container_name = "web \"1\"";
  stream.image_name = "registry:5000/team/nginx:1.25";
  stream.host_name = "host-a";
  stream.tag = "web/4f1c";
  stream.labels = {{"com.example.team", "a\nb"}, {"plain", "x"}};
  stream.env = {{"APP_ENV", "prod"}};
  return stream;
}

std::string Render(const StreamDescription& stream, const RecordView& record, const DocumentStyle& style = {}) {
  std::string text;
  char* head = AppendHead(text, "{" + std::string(kDocumentHead), record);
  EXPECT_EQ(head, text.data() + 1);
  AppendOffset(text, record);
  text += RenderConstants(stream, style, record.is_stderr);
  AppendDocumentEnd(text, record.text, '\n');
  EXPECT_TRUE(text.ends_with('\n'));
  text.pop_back();
  return text;
}

TEST(Document, HasTheNamesOfTheCommonSchema) {
  RecordView record;
  record.first = 12345;
  record.time_nano = 1'700'000'000'123'456'789;
  record.text = "hello \"you\"";
  EXPECT_EQ(
      Render(Nginx(), record, {"docker", "logs", "default"}),
      R"({"@timestamp":"2023-11-14T22:13:20.123456789Z","log":{"offset":12345},"stream":"stdout",)"
      R"("container":{"id":"4f1c","name":"web \"1\"","runtime":"docker",)"
      R"("image":{"name":"registry:5000/team/nginx","tag":["1.25"]},"labels":{"com_example_team":"a\nb","plain":"x"}},)"
      R"("labels":{"APP_ENV":"prod"},"tags":["web/4f1c"],"host":{"name":"host-a"},"event":{"dataset":"docker"},)"
      R"("data_stream":{"type":"logs","dataset":"docker","namespace":"default"},"ecs":{"version":"8.11.0"},)"
      R"("message":"hello \"you\""})");
}

TEST(Document, AMarkerSaysHowManyAndAPartThatItIsOne) {
  RecordView record;
  record.is_stderr = true;
  record.lost_lines = 7;
  record.first = 99;
  record.text = "tailrace: 7 lines lost here (drop-oldest)";
  const std::string marker = Render(Nginx(), record);
  EXPECT_NE(marker.find(R"("log":{"offset":99,"lost":7},"stream":"stderr",)"), marker.npos) << marker;
  record.lost_lines = 0;
  record.is_part = true;
  const std::string part = Render(Nginx(), record);
  EXPECT_NE(part.find(R"("log":{"offset":99,"flags":["partial"]},)"), part.npos) << part;
}

TEST(Document, WhatIsEmptyIsLeftOut) {
  StreamDescription stream;
  stream.image_name = "sha256:abc";
  const std::string text = Render(stream, {});
  for (const char* word : {"labels", "tags", "data_stream", "\"tag\""}) EXPECT_EQ(text.find(word), text.npos) << word;
  EXPECT_TRUE(JsonDocument::Parse(text).ok());
}

TEST(Document, AnythingInAnyFactIsValidJson) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  StreamDescription stream;
  stream.container_id = stream.container_name = stream.image_name = stream.host_name = stream.tag = every;
  stream.labels =
      stream.env = {{every, every}, {"", every}, {" ", ""}, {".", ""}, {"a.", ""}, {".a", ""}, {"a..b", ""}};
  RecordView record;
  record.text = every;
  auto document = JsonDocument::Parse(Render(stream, record));
  ASSERT_TRUE(document.ok()) << document.status().message();
  EXPECT_EQ(document->root().Member("container").Member("labels").Members().size(), 7u);
}

TEST(Document, LabelsThatMeetAreKeptApart) {
  EXPECT_EQ(FieldsOfLabels({{"app", "1"}, {"app.name", "2"}, {"app_name", "3"}, {"app.name_2", "4"}}),
            (std::map<std::string, std::string>{
                {"app", "1"}, {"app_name", "3"}, {"app_name_2", "2"}, {"app_name_2_2", "4"}}));
  EXPECT_EQ(FieldsOfLabels({{"", "1"}, {"  ", "2"}}), (std::map<std::string, std::string>{{"_", "1"}, {"__2", "2"}}));
}

TEST(Document, LongLabelsAreCutBetweenCharactersAndTooManyAreTold) {
  StreamDescription stream;
  std::string euros;
  for (int i = 0; i < 5000; ++i) euros += "\xe2\x82\xac";
  stream.labels = {{"long", euros}};
  auto document = JsonDocument::Parse(Render(stream, {}));
  ASSERT_TRUE(document.ok());
  const std::string value = *document->root().Member("container").Member("labels").Member("long").AsString();
  EXPECT_EQ(value, euros.substr(0, kLabelValueBytesMax / 3 * 3));
  for (int i = 0; i < 20; ++i) stream.labels["l" + std::to_string(i)] = std::string(8000, 'x');
  const std::string many = Render(stream, {});
  EXPECT_LT(many.size(), kConstantsBytesMax + 1024);
  EXPECT_NE(many.find("\"tags\":[\"tailrace-labels-cut\"]"), many.npos);
}

TEST(Document, ImagesAreSplitAsDockerReadsThem) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"nginx", "nginx", "latest"},
      {"nginx:1.25", "nginx", "1.25"},
      {"registry:5000/a/b", "registry:5000/a/b", "latest"},
      {"registry:5000/a/b:2", "registry:5000/a/b", "2"},
      {"a/b@sha256:0123", "a/b", ""},
      {"a/b:3@sha256:0123", "a/b", "3"},
      {"sha256:0123", "sha256:0123", ""},
      {"", "", ""},
  };
  for (const auto& [image, name, tag] : cases) {
    EXPECT_EQ(SplitImageName(image).name, name) << image;
    EXPECT_EQ(SplitImageName(image).tag, tag) << image;
  }
}

}  // namespace
}  // namespace tailrace
