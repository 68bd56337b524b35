#include "tests/fakes/fake_bulk_sink.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(FakeBulkSinkTest, ARecordIsAnActionAndADocument) {
  const FakeBulkSink sink("logs");
  std::string body;
  RecordView record;
  record.stream_id = 1;
  record.first = 42;
  record.text = "a\xff";
  sink.Append(record, sink.Describe({}), body);
  EXPECT_EQ(body,
            "{\"create\":{\"_index\":\"logs\",\"_id\":\"0000000000000001-42\"}}\n"
            "{\"text\":\"61ff\",\"stderr\":false,\"time\":0,\"part\":false,\"lost\":0,\"container\":\"\"}\n");
}

TEST(FakeBulkSinkTest, EachStatusHasItsOutcome) {
  const FakeBulkSink sink("logs");
  const auto judge = [&](int status, const std::string& body, size_t n) {
    return sink.Judge({.status = status, .headers = {}, .body = body}, n);
  };
  const Judgement items = judge(200, R"({"items":[{"create":{"status":201}},{"create":{"status":409}}]})", 2);
  EXPECT_EQ(items.advice, Advice::kOk);
  EXPECT_EQ(items.outcomes[1].outcome, Outcome::kDuplicate);
  EXPECT_EQ(judge(200, R"({"items":[{"create":{"status":201}}]})", 2).advice, Advice::kUnknown);
  EXPECT_EQ(judge(200, "<html>", 2).advice, Advice::kUnknown);
  EXPECT_EQ(judge(200, R"({"items":[{"create":{"status":503}},{"create":{"status":503}}]})", 2).advice, Advice::kSlow);
  EXPECT_EQ(judge(413, "", 2).advice, Advice::kSplit);
  EXPECT_EQ(judge(401, "", 2).advice, Advice::kHold);
  EXPECT_EQ(judge(503, "", 2).advice, Advice::kSlow);
  EXPECT_EQ(judge(503, "", 2).outcomes.size(), 2u);
}

}  // namespace
}  // namespace tailrace
