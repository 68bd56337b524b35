#include "tests/fakes/fake_elasticsearch.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using Fault = FakeElasticsearch::Fault;

class FakeElasticsearchTest : public testing::Test {
 protected:
  static std::string Item(const std::string& id) {
    return R"({"create":{"_index":"x","_id":")" + id + "\"}}\n{\"n\":\"" + id + "\"}\n";
  }
  ScriptedTransport::Reply Send(const std::string& body) {
    ScriptedTransport::Request request;
    request.http.body = body;
    return server_.Handle(request);
  }
  std::string Body(const ScriptedTransport::Reply& reply) { return std::get<HttpResponse>(reply.result).body; }
  int Status(const ScriptedTransport::Reply& reply) { return std::get<HttpResponse>(reply.result).status; }
  FakeElasticsearch server_{[](std::string_view body) { return std::string(body); }};
};

TEST_F(FakeElasticsearchTest, AnIdIsTakenOnceUntilARollover) {
  EXPECT_EQ(Body(Send(Item("a") + Item("b"))),
            R"({"errors":true,"items":[{"create":{"status":201}},{"create":{"status":201}}]})");
  EXPECT_NE(Body(Send(Item("a"))).find("409"), std::string::npos);
  EXPECT_EQ(server_.counts().conflicts, 1u);
  server_.Rollover();
  EXPECT_EQ(Body(Send(Item("a"))).find("409"), std::string::npos);
  EXPECT_EQ(server_.Find("a").size(), 2u);
  EXPECT_EQ(server_.Find("a")[0]->source, R"({"n":"a"})");
  EXPECT_TRUE(server_.Find("z").empty());
}

TEST_F(FakeElasticsearchTest, CommitsThenBreaks) {
  for (const Fault fault : {Fault::kCommitReset, Fault::kCommitCut, Fault::kCommitGarbage, Fault::kLostItems}) {
    const std::string id = std::to_string(static_cast<int>(fault));
    server_.next_fault = [fault] { return fault; };
    (void)Send(Item(id));
    EXPECT_EQ(server_.Find(id).size(), 1u);
  }
  EXPECT_EQ(server_.counts().unknown, 4u);
  server_.next_fault = [] { return Fault::kHalfReset; };
  (void)Send(Item("h1") + Item("h2"));
  EXPECT_EQ(server_.Find("h1").size() + server_.Find("h2").size(), 1u);
  server_.next_fault = [] { return Fault::kResetBefore; };
  (void)Send(Item("never"));
  EXPECT_TRUE(server_.Find("never").empty());
}

TEST_F(FakeElasticsearchTest, RefusesRequestsAndItems) {
  server_.body_bytes_max = 10;
  EXPECT_EQ(Status(Send(Item("a"))), 413);
  server_.body_bytes_max = 1000;
  server_.breaks_request = [](const auto& document) { return document.id == "bad"; };
  EXPECT_EQ(Status(Send(Item("good") + Item("bad"))), 400);
  EXPECT_TRUE(server_.documents().empty());
  server_.item_status = [](const auto& document) { return document.id == "busy" ? 429 : 0; };
  EXPECT_NE(Body(Send(Item("good") + Item("busy"))).find("429"), std::string::npos);
  EXPECT_EQ(server_.documents().size(), 1u);
  server_.retry_after = "7";
  server_.next_fault = [] { return Fault::kTooMany; };
  const ScriptedTransport::Reply reply = Send(Item("x"));
  EXPECT_EQ(Status(reply), 429);
  EXPECT_EQ(std::get<HttpResponse>(reply.result).headers[0].second, "7");
}

}  // namespace
}  // namespace tailrace
