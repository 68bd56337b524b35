#include "sinks/webhook/webhook.h"

#include <gtest/gtest.h>

#include "config/option_table.h"
#include "tests/sinks/memory_files.h"

namespace tailrace {
namespace {

using Values = std::map<std::string, std::string>;

class WebhookTest : public testing::Test {
 protected:
  Result<ConnectionSettings> Connect(const Values& values) { return kind_.connect({"http", values}, files_); }
  const SinkKind kind_ = WebhookKind();
  MemoryFiles files_;
};

TEST_F(WebhookTest, ItsRowsFitTheTable) {
  const OptionTable table(kind_.options);
  EXPECT_NE(table.Find(kind_.activating_option), nullptr);
  for (const OptionRow& row : kind_.options) {
    EXPECT_TRUE(row.name.starts_with("http-")) << row.name;
    EXPECT_EQ(row.use, OptionUse::kConnection) << row.name;
  }
}

TEST_F(WebhookTest, OptionsBecomeAConnection) {
  auto plain = Connect({{"http-url", "https://u:p@Hook.example/in?token=x"}});
  ASSERT_TRUE(plain.ok()) << plain.status().message();
  EXPECT_EQ(plain->urls, std::vector<std::string>{"https://hook.example/in?token=x"});
  EXPECT_EQ(plain->headers, (std::vector<HttpHeader>{{"Authorization", "Basic dTpw"}}));
  EXPECT_FALSE(plain->gzip);
  EXPECT_FALSE(plain->ordered);
  auto full = Connect({{"http-url", "http://h"},
                       {"http-compression", "gzip"},
                       {"http-ordered", "on"},
                       {"http-format", "json"},
                       {"http-method", "PUT"},
                       {"http-header", "X-A: 1"},
                       {"http-bearer", "t"}});
  ASSERT_TRUE(full.ok()) << full.status().message();
  EXPECT_TRUE(full->gzip);
  EXPECT_TRUE(full->ordered);
  EXPECT_EQ(full->other, (Values{{"http-format", "json"}, {"http-method", "PUT"}}));
  EXPECT_EQ(full->headers.size(), 2u);
}

TEST_F(WebhookTest, WhatIsNotSetIsItsDefault) {
  EXPECT_EQ(*Connect({{"http-url", "http://h"}, {"http-format", "ndjson"}, {"http-method", "POST"}}),
            *Connect({{"http-url", "http://h"}}));
}

TEST_F(WebhookTest, WhatIsWrongIsToldWithASentence) {
  for (const Values& values :
       {Values{}, Values{{"http-url", "h"}}, Values{{"http-url", "http://h"}, {"http-header", "X: 1\nY: 2"}},
        Values{{"http-url", "http://h"}, {"http-user", "u"}}}) {
    auto settings = Connect(values);
    ASSERT_FALSE(settings.ok());
    EXPECT_TRUE(settings.status().message().starts_with("log-opt http-")) << settings.status().message();
  }
}

TEST_F(WebhookTest, TheSinkFollowsItsOptions) {
  auto sink = kind_.make({"http", {{"http-format", "json"}, {"http-method", "PUT"}}});
  ASSERT_TRUE(sink.ok());
  const HttpRequest request = (*sink)->Finish("", 0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.body, "[]");
}

}  // namespace
}  // namespace tailrace
