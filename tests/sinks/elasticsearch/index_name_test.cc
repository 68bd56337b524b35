#include "sinks/elasticsearch/index_name.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(IndexName, DataStreamsAreToldByTheirName) {
  auto name = IndexName::Parse(kDefaultIndexName);
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->stream_type(), "logs");
  EXPECT_EQ(name->stream_dataset(), "docker");
  EXPECT_EQ(name->stream_namespace(), "default");
  EXPECT_EQ(IndexName::Parse("metrics-a.b-c_d")->stream_dataset(), "a.b");
  for (const char* other : {"docker", "logs", "logs-docker", "logs-my-app-default", "logs--default", "logs-docker-",
                            "audit-docker-default", "logs-docker-%{+yyyy}"}) {
    auto parsed = IndexName::Parse(other);
    ASSERT_TRUE(parsed.ok()) << other << parsed.status().message();
    EXPECT_EQ(parsed->stream_type(), "") << other;
  }
}

TEST(IndexName, WhatNoServerTakesIsToldWithASentence) {
  for (const char* bad : {"",      ".",     "..",       "-a",        "_a",      "+a",           "Docker",
                          "a b",   "a/b",   "a\\b",     "a*",        "a?",      "a\"",          "a<",
                          "a>",    "a|",    "a,b",      "a#",        "a:b",     "a\n",          ".ds-logs-a-b-000001",
                          "a%{b}", "a%{+}", "a%{+yyyy", "a%{+YYYY}", "a%{+ww}", "a%{+yyyy MM}", "%{+yyyy}B"}) {
    auto parsed = IndexName::Parse(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_GT(parsed.status().message().size(), 20u);
  }
  EXPECT_FALSE(IndexName::Parse(std::string(256, 'a')).ok());
  EXPECT_TRUE(IndexName::Parse(std::string(255, 'a')).ok());
}

TEST(IndexName, ADateComesFromTheLine) {
  auto name = IndexName::Parse("docker-%{+yyyy.MM.dd}-%{+HH}x");
  ASSERT_TRUE(name.ok());
  EXPECT_TRUE(name->is_pattern());
  EXPECT_EQ(name->pieces(), (std::vector<std::string>{"docker-", "yyyy.MM.dd", "-", "HH", "x"}));
  std::string text;
  AppendDate(text, "yyyy.MM.dd_HH-", 1'709'251'199'000'000'000);
  EXPECT_EQ(text, "2024.02.29_23-");
}

}  // namespace
}  // namespace tailrace
