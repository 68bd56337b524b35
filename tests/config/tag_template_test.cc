#include "config/tag_template.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

const std::map<std::string, std::string> kLabels{{"com.docker.compose.service", "web"}};

TagFields Fields() {
  return {.container_id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          .container_name = "/shop",
          .image_id = "sha256:ea4cafedcba9876543210",
          .image_name = "nginx:1.25",
          .command = "nginx -g daemon off;",
          .created = "2026-01-02T03:04:05.123456789Z",
          .host_name = "host1",
          .daemon_name = "docker",
          .labels = &kLabels};
}

std::string Render(std::string_view text) {
  Result<TagTemplate> tag = TagTemplate::Parse(text);
  return tag.ok() ? tag->Render(Fields()) : "error: " + tag.status().message();
}

TEST(TagTemplate, EmptyIsDockersDefault) {
  EXPECT_EQ(Render(""), "0123456789ab");
  EXPECT_EQ(TagTemplate().Render(Fields()), "0123456789ab");
}

TEST(TagTemplate, RendersDockersFields) {
  EXPECT_EQ(Render("{{.ID}}"), "0123456789ab");
  EXPECT_EQ(Render("{{.FullID}}"), Fields().container_id);
  EXPECT_EQ(Render("{{.Name}}"), "shop");
  EXPECT_EQ(Render("{{.ImageID}}"), "ea4cafedcba9");
  EXPECT_EQ(Render("{{.ImageFullID}}"), "sha256:ea4cafedcba9876543210");
  EXPECT_EQ(Render("{{.ImageName}}"), "nginx:1.25");
  EXPECT_EQ(Render("{{.Command}}"), "nginx -g daemon off;");
  EXPECT_EQ(Render("{{.Hostname}}"), "host1");
  EXPECT_EQ(Render("{{.DaemonName}}"), "docker");
  EXPECT_EQ(Render("{{.ContainerName}}"), "/shop");
  EXPECT_EQ(Render("{{.ContainerCreated}}"), "2026-01-02T03:04:05.123456789Z");
}

TEST(TagTemplate, KeepsTextAroundFields) {
  EXPECT_EQ(Render("docker/{{.Name}}/{{ .ID }}!"), "docker/shop/0123456789ab!");
  EXPECT_EQ(Render("plain"), "plain");
  EXPECT_EQ(Render("}}{"), "}}{");
}

TEST(TagTemplate, ReadsLabels) {
  EXPECT_EQ(Render("{{index .ContainerLabels \"com.docker.compose.service\"}}"), "web");
  EXPECT_EQ(Render("<{{ index  .ContainerLabels  \"none\" }}>"), "<>");
  TagFields fields = Fields();
  fields.labels = nullptr;
  EXPECT_EQ(TagTemplate::Parse("{{index .ContainerLabels \"a\"}}")->Render(fields), "");
}

TEST(TagTemplate, RefusesOtherActionsWithASentenceThatHelps) {
  for (const char* text : {"{{if .Name}}x{{end}}", "{{.Nam}}", "{{}}", "{{.}}", "{{Name}}", "{{lower .Name}}",
                           "{{.Name", "{{index .ContainerLabels \"a\"b\"}}", "{{index .ContainerEnv \"a\"}}",
                           "{{/* c */}}", "{{.ID}} {{", "{{index .ContainerLabels \"}}", "{{- .Name -}}"}) {
    Result<TagTemplate> tag = TagTemplate::Parse(text);
    ASSERT_FALSE(tag.ok()) << text;
    EXPECT_EQ(tag.status().code(), StatusCode::kInvalid);
    EXPECT_NE(tag.status().message().find("{{.Name}}"), std::string::npos) << tag.status().message();
  }
}

TEST(TagTemplate, EveryCutOfATemplateIsTakenOrRefused) {
  const std::string whole = "a{{.Name}}b{{index .ContainerLabels \"x\"}}c";
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    Result<TagTemplate> tag = TagTemplate::Parse(whole.substr(0, cut));
    if (!tag.ok()) continue;
    EXPECT_LT(tag->Render(Fields()).size(), 30u);
  }
}

TEST(TagTemplate, RenderedTagIsBounded) {
  std::map<std::string, std::string> labels{{"big", std::string(100'000, 'x')}};
  TagFields fields = Fields();
  fields.labels = &labels;
  EXPECT_EQ(TagTemplate::Parse("{{index .ContainerLabels \"big\"}}")->Render(fields).size(),
            TagTemplate::kRenderedBytesMax);
}

}  // namespace
}  // namespace tailrace
