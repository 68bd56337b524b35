// The settler by way of a destination: each verdict of the item level.
#include "delivery/settler.h"

#include <gtest/gtest.h>

#include "tests/delivery/settler_fixture.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

TEST_F(SettlerTest, OnlyWhatFailedIsSentAgain) {
  Answer("busy", 429);
  rig_.WriteLines(*stream_, 10);
  rig_.WriteLines(*stream_, 3, "busy");
  rig_.RunFor(kSecond);
  EXPECT_EQ(documents(), 10u);
  Answer("nothing", 0);
  rig_.RunFor(61 * kSecond);
  EXPECT_EQ(documents(), 13u);
  EXPECT_EQ(rig_.server.counts().conflicts, 0u);
  EXPECT_EQ(slot_.SetOf(Source::kStdout).intervals(), 0u);
}

TEST_F(SettlerTest, AMissingIndexHoldsItsStreamAloneAndOneRecordIsTried) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  Answer("held", 404);
  rig_.WriteLines(*stream_, 50, "held");
  rig_.RunFor(kSecond);
  rig_.WriteLines(*stream_, 50, "held");
  for (int i = 0; i < 100; ++i) {
    rig_.WriteLines(*other, 5);
    rig_.RunFor(kSecond);
  }
  EXPECT_EQ(documents(), 500u);
  EXPECT_EQ(rig_.stats().held_streams, 1u);
  EXPECT_EQ(rig_.server.counts().refused_items, 50u + 3);
  EXPECT_EQ(rig_.stats().waiting, 100u);
  Answer("nothing", 0);
  rig_.RunFor(35 * kSecond);
  EXPECT_EQ(documents(), 600u);
  EXPECT_EQ(rig_.stats().held_streams, 0u);
  EXPECT_EQ(rig_.log.Count("stream-held"), 1u);
}

TEST_F(SettlerTest, OneDocumentThatAlwaysFailsIsPoisonAfterAWhile) {
  Answer("weird", 500);
  rig_.WriteLines(*stream_, 1, "weird");
  for (int i = 0; i < 9; ++i) {
    rig_.WriteLines(*stream_, 10);
    rig_.RunFor(std::chrono::minutes(1));
    EXPECT_EQ(rig_.stats().dead, 0u);
  }
  for (int i = 0; i < 30; ++i) {
    rig_.WriteLines(*stream_, 10);
    rig_.RunFor(std::chrono::minutes(1));
  }
  EXPECT_EQ(rig_.stats().dead, 1u);
  EXPECT_EQ(documents(), 390u);
  EXPECT_EQ(rig_.stats().waiting, 0u);
}

TEST_F(SettlerTest, ABusyServerNeverMakesPoison) {
  Answer("weird", 503);
  rig_.WriteLines(*stream_, 1, "weird");
  for (int i = 0; i < 60; ++i) {
    rig_.WriteLines(*stream_, 10);
    rig_.RunFor(std::chrono::minutes(1));
  }
  EXPECT_EQ(rig_.stats().dead, 0u);
  EXPECT_EQ(rig_.stats().waiting, 1u);
}

// One index without shards, in a destination of several.
TEST_F(SettlerTest, AStreamWhoseIndexIsAwayForLongIsHeldAndSlowsNobody) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  Answer("away", 503);
  for (int i = 0; i < 90; ++i) {
    rig_.WriteLines(*stream_, 5, "away");
    rig_.WriteLines(*other, 5);
    rig_.RunFor(kSecond);
  }
  EXPECT_EQ(rig_.stats().held_streams, 1u);
  EXPECT_EQ(rig_.log.Count("stream-held"), 1u);
  const uint64_t refused = rig_.server.counts().refused_items;
  const size_t failings = rig_.log.Count("destination-failing");
  for (int i = 0; i < 300; ++i) {
    rig_.WriteLines(*stream_, 5, "away");
    rig_.WriteLines(*other, 5);
    rig_.RunFor(kSecond);
    ASSERT_EQ(documents(), static_cast<size_t>(5 * (91 + i)));  // Of the other one, each within its second.
    ASSERT_EQ(rig_.stats().state, DestinationState::kHealthy);
  }
  EXPECT_LE(rig_.server.counts().refused_items - refused, 11u);  // One each 30 s.
  EXPECT_EQ(rig_.log.Count("destination-failing"), failings);
  Answer("nothing", 0);
  rig_.RunFor(35 * kSecond);
  EXPECT_EQ(documents(), 2u * 5 * 390);
  EXPECT_EQ(rig_.server.counts().conflicts, 0u);
  EXPECT_EQ(rig_.stats().held_streams, 0u);
  EXPECT_EQ(rig_.stats().waiting, 0u);
}

TEST_F(SettlerTest, AServerThatRefusesEverythingIsSparedAndNoStreamIsHeld) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  for (const int status : {429, 503}) {
    Answer("line", status);
    const size_t before = documents();
    const uint64_t requests = rig_.server.counts().requests;
    for (int i = 0; i < 120; ++i) {
      rig_.WriteLines(*stream_, 5);
      rig_.WriteLines(*other, 5);
      rig_.RunFor(kSecond);
    }
    EXPECT_EQ(documents(), before);
    EXPECT_LE(rig_.server.counts().requests - requests, 120u);
    EXPECT_EQ(rig_.stats().held_streams, 0u);
    EXPECT_EQ(rig_.stats().state, DestinationState::kBackingOff);
    Answer("nothing", 0);
    rig_.RunFor(10 * kSecond);
    EXPECT_EQ(documents(), before + 1200);
    EXPECT_EQ(rig_.stats().waiting, 0u);
  }
  EXPECT_EQ(rig_.server.counts().conflicts, 0u);
}

TEST_F(SettlerTest, ALoneDocumentThatAlwaysFailsStopsNobodyAndIsPoisonAfterAWhile) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  Answer("weird", 500);
  rig_.WriteLines(*stream_, 1, "weird");
  rig_.RunFor(kSecond);
  for (int i = 0; i < 40; ++i) {
    rig_.WriteLines(*other, 10);
    rig_.RunFor(std::chrono::minutes(1));
    ASSERT_EQ(documents(), static_cast<size_t>(10 * (i + 1)));
  }
  EXPECT_EQ(rig_.stats().dead, 1u);
  EXPECT_EQ(rig_.stats().waiting, 0u);
}

// One of two shards of an index is away: every second document of a stream fails, and the ranges to be retried are many.
TEST_F(SettlerTest, AStreamThatFailsInPartSlowsNobody) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  rig_.server.item_status = [](const auto& document) {
    return DestinationRig::Has(document, "away") && std::hash<std::string>{}(document.id) % 2 == 0 ? 503 : 0;
  };
  const auto good = [this] {
    const auto documents = rig_.server.documents();
    return std::count_if(documents.begin(), documents.end(), [](const auto& d) { return DestinationRig::Has(d, "good"); });
  };
  size_t retries_most = 0;
  for (int i = 0; i < 300; ++i) {
    rig_.WriteLines(*stream_, 100, "away");
    rig_.WriteLines(*other, 5, "good");
    rig_.RunFor(kSecond);
    retries_most = std::max(retries_most, slot_.in_groups);
  }
  EXPECT_GE(retries_most, StreamSlot::kRetriesMax);
  EXPECT_GT(good(), 1300);  // Of 1,500.
  rig_.server.item_status = nullptr;
  rig_.RunFor(120 * kSecond);
  EXPECT_EQ(rig_.stats().waiting, 0u);
  EXPECT_EQ(documents(), 31'500u);
}

TEST_F(SettlerTest, AHeldRecordThatTurnsOutToBePoisonLetsItsStreamGo) {
  const StreamLease other = rig_.NewStream();
  rig_.Add(*other);
  Answer("lone", 503);
  rig_.WriteLines(*stream_, 1, "lone");
  for (int i = 0; i < 120; ++i) {
    rig_.WriteLines(*other, 5, "good");
    rig_.RunFor(kSecond);
  }
  ASSERT_TRUE(slot_.is_held);
  Answer("lone", 500);  // Its index is back, and takes everything but this.
  rig_.WriteLines(*stream_, 100, "fine");
  for (int i = 0; i < 3600; ++i) {
    rig_.WriteLines(*other, 1, "good");
    rig_.RunFor(kSecond);
  }
  EXPECT_FALSE(slot_.is_held);
  EXPECT_EQ(rig_.stats().dead, 1u);
  EXPECT_EQ(rig_.stats().waiting, 0u);
}

TEST_F(SettlerTest, ADuplicateThatWeNeverSentIsToldOnce) {
  rig_.WriteLines(*stream_, 10);
  rig_.RunFor(kSecond);
  // The spool is copied back to what it was.
  rig_.disk.Remove(slot_.CursorPath());
  DestinationRig& rig = rig_;
  const DeliveryShared shared{rig.disk,     rig.clock,  rig.random, rig.log, rig.transport,
                              rig.compress, rig.budget, rig.buffer, rig.dead};
  Destination again(shared, "fake", rig.settings);
  again.AddSlot(rig.NewSlot(*stream_));
  for (int i = 0; i < 5; ++i) {
    const MonoTime next = again.Step(rig.clock.Now());
    for (HttpCompletion& completion : rig.transport.Poll(std::min(next, rig.clock.Now() + kSecond))) {
      again.Complete(std::move(completion), rig.clock.Now());
    }
  }
  EXPECT_EQ(again.Stats(rig.clock.Now()).foreign_duplicate, 10u);
  EXPECT_EQ(rig.log.Count("foreign-duplicate"), 1u);
}

TEST_F(SettlerTest, MoreRetriesThanThereIsRoomForRewind) {
  rig_.server.latency = [] { return Nanos(std::chrono::milliseconds(50)); };
  rig_.WriteLines(*stream_, 80'000);
  rig_.RunFor(5 * kSecond);  // Many requests are in flight by now.
  EXPECT_EQ(documents(), 80'000u);
  // Every second item of several large answers: thousands of ranges.
  rig_.server.item_status = [n = 0](const auto&) mutable { return ++n % 2 == 0 ? 503 : 0; };
  rig_.WriteLines(*stream_, 32'000);
  rig_.RunFor(20 * kSecond);
  rig_.server.item_status = nullptr;
  rig_.RunFor(70 * kSecond);
  EXPECT_EQ(documents(), 112'000u);
  EXPECT_GE(rig_.stats().rewinds, 1u) << rig_.stats().concurrency_limit;
  EXPECT_EQ(rig_.stats().waiting, 0u);
  EXPECT_EQ(slot_.SetOf(Source::kStdout).intervals(), 0u);
}

}  // namespace
}  // namespace tailrace
