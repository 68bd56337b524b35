#include "sinks/elasticsearch/bulk_answer.h"

#include <gtest/gtest.h>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

std::string Created(size_t records) {
  std::string body = R"({"errors":false,"items":[)";
  for (size_t i = 0; i < records; ++i) body += std::string(i == 0 ? "" : ",") + R"({"create":{"status":201}})";
  return body + "]}";
}

TEST(BulkAnswer, TheUsualAnswerIsKnownAtAGlance) {
  for (size_t records : {1u, 2u, 3u, 100u, 4000u}) {
    EXPECT_TRUE(IsAllCreated(Created(records), records)) << records;
    EXPECT_FALSE(IsAllCreated(Created(records), records + 1));
    EXPECT_FALSE(IsAllCreated(Created(records + 1), records));
  }
  EXPECT_FALSE(IsAllCreated("", 0));
  EXPECT_FALSE(IsAllCreated(Created(0), 0));
}

TEST(BulkAnswer, AGlanceIsNeverWrong) {
  const std::string whole = Created(20);
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(IsAllCreated(whole.substr(0, i), 20));
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(IsAllCreated(flipped, 20)) << flipped;
    }
  }
}

TEST(BulkAnswer, ReadsEveryFormOfAnItem) {
  auto items = ParseBulkAnswer(R"({"took":35,"errors":true,"items":[
      {"create":{"_index":"a","_id":null,"_version":1,"_shards":{"total":1,"status":400},"status":201}},
      {"index":{"status":400,"error":{"type":"t","reason":"r","caused_by":{"type":"inner","reason":"x","status":1},
                "root_cause":[{"type":"other"}]},"_id":"b"}},
      {"create":{"error":"DocumentAlreadyExistsException[[x]]","status":409}},
      {"create":{"failure_store":"used","status":201}},
      {"create":{}}]})",
                               5);
  ASSERT_TRUE(items.ok()) << items.status().message();
  EXPECT_EQ((*items)[0].status, 201);
  EXPECT_EQ((*items)[1].status, 400);
  EXPECT_EQ((*items)[1].error_type, "t");
  EXPECT_EQ((*items)[1].error_reason, "r");
  EXPECT_EQ((*items)[2].status, 409);
  EXPECT_EQ((*items)[2].error_type, "DocumentAlreadyExistsException[[x]]");
  EXPECT_EQ((*items)[3].failure_store, "used");
  EXPECT_EQ((*items)[4].status, 0);
}

TEST(BulkAnswer, WhatIsNoBulkAnswerIsRefused) {
  for (const char* body : {"",
                           "null",
                           "[]",
                           "201",
                           "\"items\"",
                           "{}",
                           R"({"errors":false})",
                           R"({"items":null})",
                           R"({"items":{}})",
                           R"({"items":[]})",
                           R"({"items":[201]})",
                           R"({"items":[[]]})",
                           R"({"items":[{}]})",
                           R"({"items":[{"create":201}]})",
                           R"({"items":[{"create":[]}]})",
                           R"({"items":[{"create":null}]})",
                           R"({"items":[{"create":{"status":201},"index":{"status":201}}]})",
                           R"({"items":[{"create":{"status":201,"status":201}}]})",
                           R"({"items":[{"create":{"status":201}}],"items":[]})",
                           R"([{"items":[{"create":{"status":201}}]}])",
                           R"({"x":{"items":[{"create":{"status":201}}]}})",
                           R"({"items":[{"create":{"status":201}},{"create":{"status":201}}]})",
                           "<html>status 201</html>",
                           R"({"items":[{"create":{"status":201}}]}{})"}) {
    EXPECT_FALSE(ParseBulkAnswer(body, 1).ok()) << body;
  }
  EXPECT_TRUE(ParseBulkAnswer(R"({"items":[{"create":{"status":201}}]})", 1).ok());
}

TEST(BulkAnswer, AStatusThatIsNoneIsMissing) {
  for (const char* status :
       {"\"201\"", "2.01", "-201", "0", "99", "600", "1e2", "true", "null", "99999999999999999999"}) {
    auto items = ParseBulkAnswer(R"({"items":[{"create":{"status":)" + std::string(status) + "}}]}", 1);
    ASSERT_TRUE(items.ok()) << status;
    EXPECT_EQ((*items)[0].status, 0) << status;
  }
}

TEST(BulkAnswer, EveryCutIsRefused) {
  const std::string body = R"({"errors":true,"items":[{"create":{"status":400,"error":{"type":"t","reason":"r"}}}]})";
  for (size_t bytes = 0; bytes < body.size(); ++bytes)
    EXPECT_FALSE(ParseBulkAnswer(body.substr(0, bytes), 1).ok()) << bytes;
}

TEST(BulkAnswer, EveryFlipIsRefusedOrKeepsTheCount) {
  const std::string body =
      R"({"errors":true,"items":[{"create":{"status":201}},{"create":{"status":429,"error":{"type":"t"}}}]})";
  for (size_t i = 0; i < body.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = body;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      auto items = ParseBulkAnswer(flipped, 2);
      if (items.ok()) {
        EXPECT_EQ(items->size(), 2u) << flipped;
      }
    }
  }
}

TEST(BulkAnswer, LongAndBrokenTextsAreCutAndRepaired) {
  const std::string body =
      R"({"items":[{"create":{"status":400,"error":{"type":")" + std::string(5000, 't') + R"(","reason":")" +
      std::string(100'000, '\xff') + R"("}}}]})";
  auto items = ParseBulkAnswer(body, 1);
  ASSERT_TRUE(items.ok()) << items.status().message();
  EXPECT_EQ((*items)[0].error_type.size(), kErrorTypeBytesMax);
  EXPECT_LE((*items)[0].error_reason.size(), 3 * kErrorReasonBytesMax);
}

TEST(BulkAnswer, ErrorsOfTheWholeRequest) {
  const ServerError known =
      ParseServerError(R"({"error":{"root_cause":[],"type":"parse_exception","reason":"no"},"status":400})");
  EXPECT_TRUE(known.is_known);
  EXPECT_EQ(known.type, "parse_exception");
  EXPECT_EQ(known.reason, "no");
  EXPECT_EQ(ParseServerError(R"({"error":"Content-Type header is not supported","status":406})").reason,
            "Content-Type header is not supported");
  for (const char* foreign : {"", "Unauthorized", "<html>", "[]", "{}", R"({"error":5})", R"({"message":"no"})"}) {
    EXPECT_FALSE(ParseServerError(foreign).is_known) << foreign;
  }
}

}  // namespace
}  // namespace tailrace
