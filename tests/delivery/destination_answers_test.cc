// What a destination makes of answers: each verdict of the request level, in virtual time.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/delivery/destination_rig.h"

namespace tailrace {
namespace {

using Fault = FakeElasticsearch::Fault;
constexpr Nanos kSecond = std::chrono::seconds(1);

class DestinationAnswersTest : public testing::Test {
 protected:
  DestinationAnswersTest() : stream_(rig_.NewStream()), slot_(rig_.Add(*stream_)) {}
  void FailTimes(Fault fault, int times) {
    rig_.server.next_fault = [fault, times]() mutable { return times-- > 0 ? fault : Fault::kNone; };
  }
  size_t documents() { return rig_.server.documents().size(); }
  DestinationRig rig_;
  StreamLease stream_;
  StreamSlot& slot_;
};

TEST_F(DestinationAnswersTest, WhatNobodyKnowsIsSentAgainUnderTheSameIds) {
  for (const Fault fault : {Fault::kCommitReset, Fault::kCommitCut, Fault::kCommitGarbage, Fault::kHalfReset,
                            Fault::kLostItems, Fault::kResetBefore, Fault::kRefused}) {
    const size_t before = documents();
    FailTimes(fault, 1);
    rig_.WriteLines(*stream_, 20);
    rig_.RunFor(5 * kSecond);
    EXPECT_EQ(documents(), before + 20);
    EXPECT_EQ(rig_.stats().waiting, 0u);
  }
  EXPECT_EQ(rig_.server.counts().conflicts, 4u * 20 + 10);
  EXPECT_EQ(rig_.stats().duplicate, 4u * 20 + 10);
  EXPECT_EQ(rig_.stats().foreign_duplicate, 0u);
}

TEST_F(DestinationAnswersTest, OnePoisonOfManyIsFoundInFewRequests) {
  for (const int n : {1, 2, 10, 100, 1000}) {
    const std::string poison = "poison-" + std::to_string(n) + "-";
    rig_.server.breaks_request = [&](const auto& document) { return rig_.Has(document, poison); };
    const uint64_t requests = rig_.server.counts().requests;
    const size_t before = documents();
    rig_.WriteLines(*stream_, n / 3);
    rig_.WriteLines(*stream_, 1, poison);
    rig_.WriteLines(*stream_, n - n / 3 - 1);
    rig_.RunFor(2 * kSecond);
    EXPECT_EQ(documents(), before + static_cast<size_t>(n) - 1);
    const double extra = static_cast<double>(rig_.server.counts().requests - requests) - 1;
    EXPECT_LE(extra, 2 * std::ceil(std::log2(n)) + 2) << n;
  }
  EXPECT_EQ(rig_.DeadTexts().size(), 5u);
  EXPECT_EQ(rig_.stats().dead, 5u);
}

TEST_F(DestinationAnswersTest, MuchPoisonIsFoundToo) {
  rig_.server.breaks_request = [&](const auto& document) { return rig_.Has(document, "poison"); };
  for (int i = 0; i < 100; ++i) {
    rig_.WriteLines(*stream_, 9);
    rig_.WriteLines(*stream_, 1, "poison");
  }
  rig_.RunFor(30 * kSecond);
  EXPECT_EQ(documents(), 900u);
  EXPECT_EQ(rig_.DeadTexts().size(), 100u);
  EXPECT_EQ(rig_.stats().rewinds, 0u);
}

TEST_F(DestinationAnswersTest, AnyLimitOfSizeIsLearned) {
  for (const size_t limit : {1'000u, 10'000u, 100'000u, 700'000u, 5'000u}) {
    rig_.server.body_bytes_max = limit;
    const uint64_t too_large = rig_.server.counts().too_large;
    const size_t before = documents();
    rig_.WriteLines(*stream_, 4000);
    rig_.RunFor(60 * kSecond);
    EXPECT_EQ(documents(), before + 4000) << limit;
    EXPECT_LE(rig_.server.counts().too_large - too_large, 12u) << limit;
  }
  EXPECT_EQ(rig_.stats().dead, 0u);
}

TEST_F(DestinationAnswersTest, ARecordThatFitsNowhereIsDead) {
  rig_.server.body_bytes_max = 5000;
  rig_.WriteLines(*stream_, 50);
  rig_.WriteLines(*stream_, 1, std::string(9000, 'x'));
  rig_.WriteLines(*stream_, 50);
  rig_.RunFor(10 * kSecond);
  EXPECT_EQ(documents(), 100u);
  EXPECT_EQ(rig_.stats().dead, 1u);
}

TEST_F(DestinationAnswersTest, WrongCredentialsHoldEverythingAndDropNothing) {
  FailTimes(Fault::kUnauthorized, 3);
  rig_.WriteLines(*stream_, 100);
  rig_.RunFor(10 * kSecond);
  EXPECT_EQ(rig_.stats().state, DestinationState::kHolding);
  EXPECT_TRUE(rig_.destination->wants_fresh_settings());
  EXPECT_EQ(rig_.server.counts().requests, 1u);
  rig_.RunFor(100 * kSecond);
  EXPECT_EQ(rig_.server.counts().requests, 4u);
  EXPECT_EQ(documents(), 100u);
  EXPECT_EQ(rig_.stats().state, DestinationState::kHealthy);
  EXPECT_EQ(rig_.log.Count("destination-failing"), 1u);
  EXPECT_EQ(rig_.log.Count("destination-back"), 1u);
}

TEST_F(DestinationAnswersTest, AMinuteOfOverloadIsBorneGently) {
  for (const std::string retry_after : {"", "2", "1000000000", "garbage"}) {
    const bool is_asked = retry_after == "1000000000";
    rig_.server.retry_after = retry_after;
    rig_.server.next_fault = [] { return Fault::kTooMany; };
    const uint64_t before = rig_.server.counts().requests;
    const size_t documents_before = documents();
    rig_.WriteLines(*stream_, 500);
    rig_.RunFor(60 * kSecond);
    EXPECT_LE(rig_.server.counts().requests - before, 60u);
    rig_.server.next_fault = nullptr;
    rig_.RunFor((is_asked ? 600 : 5) * kSecond);
    EXPECT_EQ(documents(), documents_before + 500) << retry_after;
  }
}

TEST_F(DestinationAnswersTest, AnOutageOfADayCostsFewRequestsAndNoMemory) {
  rig_.server.next_fault = [] { return Fault::kRefused; };
  for (int hour = 0; hour < 24; ++hour) {
    rig_.WriteLines(*stream_, 200);
    rig_.RunFor(std::chrono::hours(1));
    EXPECT_EQ(rig_.budget.used_bytes(), 0u);
  }
  EXPECT_LE(rig_.server.counts().requests, 24u * 150);
  rig_.server.next_fault = nullptr;
  rig_.RunFor(62 * kSecond);
  EXPECT_EQ(documents(), 4800u);
  EXPECT_EQ(rig_.server.counts().conflicts, 0u);
}

TEST(DestinationUrlsTest, ADeadAddressDelaysNobody) {
  DestinationRig rig({"http://dead", "http://alive"});
  const StreamLease stream = rig.NewStream();
  rig.Add(*stream);
  int dead_requests = 0;
  rig.serve = [&](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    if (request.url == 1) return rig.server.Handle(request);
    ++dead_requests;
    return {HttpFailure{.maybe_delivered = false, .is_connect = true, .message = "refused"}};
  };
  for (int i = 0; i < 60; ++i) {
    rig.WriteLines(*stream, 10);
    rig.RunFor(kSecond);
    EXPECT_EQ(rig.stats().waiting, 0u);
  }
  EXPECT_EQ(rig.server.documents().size(), 600u);
  EXPECT_LE(dead_requests, 15);
}

}  // namespace
}  // namespace tailrace
