#include "sinks/elasticsearch/elasticsearch.h"

#include <gtest/gtest.h>

#include "config/option_table.h"
#include "tests/sinks/memory_files.h"

namespace tailrace {
namespace {

using Values = std::map<std::string, std::string>;

class ElasticsearchTest : public testing::Test {
 protected:
  Result<ConnectionSettings> Connect(const Values& values) { return kind_.connect({"es", values}, files_); }
  std::string Problem(const Values& values) {
    auto settings = Connect(values);
    return settings.ok() ? "" : settings.status().message();
  }
  const SinkKind kind_ = ElasticsearchKind();
  MemoryFiles files_;
};

TEST_F(ElasticsearchTest, ItsRowsFitTheTable) {
  const OptionTable table(kind_.options);
  EXPECT_NE(table.Find(kind_.activating_option), nullptr);
  for (const OptionRow& row : kind_.options) {
    EXPECT_TRUE(row.name.starts_with("es-")) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_EQ(row.use, row.name == "es-index" ? OptionUse::kRecord : OptionUse::kConnection) << row.name;
  }
}

TEST_F(ElasticsearchTest, AUrlIsEnough) {
  auto settings = Connect({{"es-url", "https://es:9200"}});
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->urls, std::vector<std::string>{"https://es:9200"});
  EXPECT_TRUE(settings->headers.empty());
  EXPECT_TRUE(settings->gzip);
  EXPECT_TRUE(settings->tls_verify);
  EXPECT_EQ(settings->other.at("es-ids"), "on");
  EXPECT_TRUE(kind_.make({"es", {}}).ok());
}

TEST_F(ElasticsearchTest, EverythingThatMakesConnectionsDiffer) {
  files_.texts["/token"] = "t0k\n";
  auto settings = Connect({{"es-url", "https://a:9200/es/, https://b:9200"},
                           {"es-bearer-file", "/token"},
                           {"es-header", "X-Tenant: a"},
                           {"es-compression", "none"},
                           {"es-pipeline", "p"},
                           {"es-ids", "off"},
                           {"es-tls-verify", "off"}});
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->urls, (std::vector<std::string>{"https://a:9200/es", "https://b:9200"}));
  EXPECT_EQ(settings->headers, (std::vector<HttpHeader>{{"X-Tenant", "a"}, {"Authorization", "Bearer t0k"}}));
  EXPECT_FALSE(settings->gzip);
  EXPECT_FALSE(settings->tls_verify);
  EXPECT_EQ(settings->other, (Values{{"es-ids", "off"}, {"es-pipeline", "p"}}));
  // Words that mean the same make no second destination.
  EXPECT_EQ(*Connect({{"es-url", "https://ES:9200/"}, {"es-ids", "true"}}), *Connect({{"es-url", "https://es:9200"}}));
}

TEST_F(ElasticsearchTest, CredentialsInTheUrlAreTaken) {
  auto settings = Connect({{"es-url", "https://u:p@a:9200,https://u:p@b:9200"}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->urls, (std::vector<std::string>{"https://a:9200", "https://b:9200"}));
  EXPECT_EQ(settings->headers, (std::vector<HttpHeader>{{"Authorization", "Basic dTpw"}}));
}

TEST_F(ElasticsearchTest, ASecretThatChangesInItsFileIsReadAnew) {
  const Values values{{"es-url", "http://es"}, {"es-api-key-file", "/key"}};
  files_.texts["/key"] = "id:old";
  const ConnectionSettings before = *Connect(values);
  files_.texts["/key"] = "id:new";
  EXPECT_NE(*Connect(values), before);
}

TEST_F(ElasticsearchTest, WhatIsWrongIsToldWithASentence) {
  const std::vector<std::pair<Values, std::string>> cases = {
      {{}, "es-url"},
      {{{"es-url", "es:9200"}}, "es-url: it begins with neither"},
      {{{"es-url", "http://es/x?y"}}, "es-url: has a query"},
      {{{"es-url", "http://a:b@es,http://c:hush@es"}}, "es-url: has different credentials"},
      {{{"es-url", "http://es"}, {"es-index", "Docker"}}, "es-index: index names are in lower case"},
      {{{"es-url", "http://es"}, {"es-header", "X: a\r\nY: b"}}, "es-header: holds a line break"},
      {{{"es-url", "http://es"}, {"es-ca-file", "/none"}}, "es-ca-file: read /none"},
      {{{"es-url", "http://es"}, {"es-pipeline", "a\nb"}}, "es-pipeline"},
      {{{"es-url", "http://es"}, {"es-pipeline", std::string(600, 'a')}}, "es-pipeline"},
      {{{"es-url", "http://es"}, {"es-password", "hush"}}, "es-password"},
  };
  for (const auto& [values, words] : cases) {
    const std::string problem = Problem(values);
    EXPECT_TRUE(problem.starts_with("log-opt es-")) << problem;
    EXPECT_NE(problem.find(words), problem.npos) << problem;
    EXPECT_EQ(problem.find("hush"), problem.npos) << problem;
  }
}

}  // namespace
}  // namespace tailrace
