// What a destination shows of itself.
#include <gtest/gtest.h>

#include "tests/delivery/destination_rig.h"

namespace tailrace {
namespace {

using Fault = FakeElasticsearch::Fault;
constexpr Nanos kSecond = std::chrono::seconds(1);

class DestinationStatsTest : public testing::Test {
 protected:
  DestinationStatsTest() : stream_(rig_.NewStream()), slot_(rig_.Add(*stream_)) { rig_.stats(); }
  // Lines that were written just now.
  void WriteNow(int count, const std::string& text = "line") {
    rig_.time_nano = rig_.clock.WallNow().ns;
    rig_.WriteLines(*stream_, count, text);
  }
  DestinationRig rig_;
  StreamLease stream_;
  StreamSlot& slot_;
};

TEST_F(DestinationStatsTest, SaysWhoItIsAndWhatItSent) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  WriteNow(100);
  rig_.RunFor(kSecond);
  const DestinationStats stats = rig_.stats();
  EXPECT_EQ(stats.label, "fake");
  EXPECT_EQ(stats.kind, "fake");
  EXPECT_EQ(stats.urls, std::vector<std::string>{"http://a"});
  EXPECT_FALSE(stats.is_unverified);
  EXPECT_EQ(stats.streams, 2u);
  EXPECT_EQ(stats.containers, 1u);
  EXPECT_EQ(stats.sent, 100u);
  EXPECT_EQ(stats.delivered, 100u);
  EXPECT_EQ(stats.requests_ok, 1u);
  EXPECT_EQ(stats.request_seconds.count(), 1u);
  EXPECT_EQ(stats.batch_bytes.count(), 1u);
  EXPECT_EQ(stats.batch_bytes.sum(), static_cast<double>(stats.bytes_sent));
  EXPECT_EQ(stats.end_to_end_seconds.count(), 1u);
  EXPECT_LT(stats.end_to_end_seconds.sum(), 1.0);
  EXPECT_EQ(stats.state, DestinationState::kHealthy);
  EXPECT_EQ(stats.next_step, "");
}

TEST_F(DestinationStatsTest, WhatWaitsIsCountedInLinesBytesAndTime) {
  WriteNow(10);
  rig_.RunFor(kSecond);
  rig_.RunFor(std::chrono::hours(1));
  EXPECT_EQ(rig_.stats().oldest_waiting_seconds, 0);
  const uint64_t settled = stream_->Snapshot().progress.end;
  rig_.server.next_fault = [] { return Fault::kRefused; };
  WriteNow(10);
  // A quiet hour before is no waiting.
  rig_.RunFor(kSecond);
  EXPECT_NEAR(rig_.stats().oldest_waiting_seconds, 1, 0.5);
  rig_.RunFor(std::chrono::hours(1));
  WriteNow(10);
  slot_.SettleIdle();
  const DestinationStats stats = rig_.stats();
  EXPECT_EQ(stats.waiting, 20u);
  EXPECT_EQ(stats.waiting_bytes, stream_->Snapshot().progress.end - settled);
  EXPECT_NEAR(stats.oldest_waiting_seconds, 3601, 1);
  rig_.server.next_fault = nullptr;
  rig_.RunFor(62 * kSecond);
  slot_.SettleIdle();
  EXPECT_EQ(rig_.stats().waiting_bytes, 0u);
  EXPECT_EQ(rig_.stats().oldest_waiting_seconds, 0);
}

TEST_F(DestinationStatsTest, WhatWaitedInAnotherProcessIsAsOldAsItsLines) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  rig.time_nano = rig.clock.WallNow().ns - Nanos(std::chrono::hours(5)).count();
  rig.WriteLines(*stream, 10);
  rig.Add(*stream);
  rig.server.next_fault = [] { return Fault::kRefused; };
  rig.RunFor(kSecond);
  EXPECT_NEAR(rig.stats().oldest_waiting_seconds, 5 * 3600, 5);
}

TEST_F(DestinationStatsTest, AnOutageShowsAsBackingOffWithWhatToDo) {
  rig_.server.next_fault = [] { return Fault::kRefused; };
  WriteNow(10);
  rig_.RunFor(10 * kSecond);
  DestinationStats stats = rig_.stats();
  EXPECT_EQ(stats.state, DestinationState::kBackingOff);
  EXPECT_EQ(DestinationStateName(stats.state), "backing-off");
  EXPECT_GT(stats.backoff_seconds, 0);
  EXPECT_EQ(stats.last_error.find("http://a: "), 0u);
  EXPECT_NE(stats.next_step.find("fake-url"), std::string::npos);
  EXPECT_GE(stats.retries_by.at("unreachable"), 20u);
  EXPECT_EQ(stats.retries, stats.retries_by.at("unreachable"));
  rig_.server.next_fault = nullptr;
  rig_.RunFor(62 * kSecond);
  stats = rig_.stats();
  EXPECT_EQ(stats.state, DestinationState::kHealthy);
  EXPECT_EQ(stats.next_step, "");
  EXPECT_NE(stats.last_error, "");
}

// Receivers take tokens there.
TEST_F(DestinationStatsTest, QueriesOfUrlsAreInNoErrorAndNoLog) {
  for (const Fault fault : {Fault::kRefused, Fault::kUnauthorized}) {
    DestinationRig rig({"http://a/hook?token=hush"});
    const StreamLease stream = rig.NewStream();
    rig.Add(*stream);
    rig.server.next_fault = [fault] { return fault; };
    rig.WriteLines(*stream, 10);
    rig.RunFor(kSecond);
    EXPECT_EQ(rig.stats().last_error.find("http://a/hook?...: "), 0u) << rig.stats().last_error;
    EXPECT_EQ(rig.stats().urls, std::vector<std::string>{"http://a/hook?..."});
    EXPECT_FALSE(rig.log.Contains("hush"));
  }
}

TEST_F(DestinationStatsTest, EveryRetryHasItsReason) {
  Fault fault = Fault::kNone;
  rig_.server.next_fault = [&] { return std::exchange(fault, Fault::kNone); };
  for (const Fault next : {Fault::kCommitReset, Fault::kCommitGarbage, Fault::kTooMany, Fault::kUnauthorized}) {
    fault = next;
    WriteNow(10);
    rig_.RunFor(40 * kSecond);
  }
  rig_.server.item_status = [n = 0](const auto&) mutable { return n++ == 0 ? 503 : 0; };
  WriteNow(10);
  rig_.RunFor(10 * kSecond);
  const DestinationStats stats = rig_.stats();
  EXPECT_EQ(stats.delivered, 50u);
  EXPECT_EQ(stats.retries_by, (std::map<std::string, uint64_t>{
                                  {"held", 10}, {"item", 1}, {"overloaded", 10}, {"unknown", 20}}));
}

TEST_F(DestinationStatsTest, TheDeadAndTheDroppedHaveTheirReasons) {
  rig_.server.item_status = [](const auto& document) { return DestinationRig::Has(document, "bad") ? 400 : 0; };
  WriteNow(3, "bad");
  WriteNow(3);
  rig_.RunFor(kSecond);
  EXPECT_EQ(rig_.stats().dead_by, (std::map<std::string, uint64_t>{{"fake_exception", 3}}));
  EXPECT_TRUE(rig_.stats().dropped_by.empty());
}

TEST_F(DestinationStatsTest, AnAnswerThatIsTooLargeIsAskedForInPieces) {
  rig_.serve = [&](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    ScriptedTransport::Reply reply = rig_.server.Handle(request);
    if (std::get<HttpResponse>(reply.result).body.size() < 1000) return reply;
    return {HttpFailure{.maybe_delivered = true, .is_answer_too_large = true, .message = "the answer is too large"}};
  };
  WriteNow(1000);
  rig_.RunFor(20 * kSecond);
  const DestinationStats stats = rig_.stats();
  EXPECT_EQ(stats.delivered, 1000u);
  EXPECT_GT(stats.splits, 0u);
  EXPECT_EQ(rig_.server.documents().size(), 1000u);
}

}  // namespace
}  // namespace tailrace
