// The settler by way of a destination: each verdict of the item level.
#include "delivery/settler.h"

#include <gtest/gtest.h>

#include "tests/delivery/destination_rig.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

class SettlerTest : public testing::Test {
 protected:
  SettlerTest() : stream_(rig_.NewStream()), slot_(rig_.Add(*stream_)) {}
  void Answer(const std::string& text, int status) {
    rig_.server.item_status = [text, status](const auto& document) {
      return DestinationRig::Has(document, text) ? status : 0;
    };
  }
  size_t documents() { return rig_.server.documents().size(); }
  DestinationRig rig_;
  StreamLease stream_;
  StreamSlot& slot_;
};

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

TEST_F(SettlerTest, TheDeadAreWrittenBeforeTheFrontierPasses) {
  Answer("bad", 400);
  rig_.WriteLines(*stream_, 2);
  rig_.WriteLines(*stream_, 1, "bad");
  rig_.WriteLines(*stream_, 2);
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kSync}, .path_part = "/dead/"});
  rig_.RunFor(kSecond);
  EXPECT_EQ(rig_.stats().dead, 0u);
  EXPECT_EQ(rig_.stats().held_streams, 1u);
  EXPECT_LT(slot_.frontier(), stream_->Snapshot().progress.end);
  rig_.disk.ClearFailures();
  rig_.RunFor(40 * kSecond);
  EXPECT_EQ(rig_.stats().dead, 1u);
  EXPECT_EQ(rig_.DeadTexts().size(), 1u);
  EXPECT_EQ(documents(), 4u);
}

TEST_F(SettlerTest, ARefusedLineThatIsGoneByNowIsDroppedNotBuriedWithoutItsText) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream({"es"}, 64_KiB);
  rig.Add(*stream);
  rig.server.item_status = [](const auto& document) { return DestinationRig::Has(document, "bad") ? 400 : 0; };
  rig.server.latency = [] { return kSecond; };
  rig.WriteLines(*stream, 3, "bad");
  rig.WriteLines(*stream, 1500, std::string(100, 'x'));
  rig.RunFor(kSecond / 2);
  EXPECT_EQ(rig.destination->in_flight(), 1u);
  rig.Drop(*stream, stream->Segments()[1].start);
  rig.RunFor(30 * kSecond);
  EXPECT_EQ(rig.stats().dead, 0u);
  EXPECT_EQ(rig.stats().dropped, 3u);
  EXPECT_EQ(rig.stats().delivered, 1500u);
  EXPECT_TRUE(rig.DeadTexts().empty());
  EXPECT_EQ(rig.server.documents().size(), 1501u);  // And the marker.
}

TEST_F(SettlerTest, FullDeadLettersDropAndCountOrHold) {
  for (const bool holds : {false, true}) {
    DestinationRig rig;
    DeadLetters full(rig.disk, {.directory = "/spool/dead", .limit_bytes = 10, .holds_when_full = holds});
    const DeliveryShared shared{rig.disk,     rig.clock,  rig.random, rig.log, rig.transport,
                                rig.compress, rig.budget, rig.buffer, full};
    Destination destination(shared, "fake", rig.settings);
    const StreamLease stream = rig.NewStream();
    destination.AddSlot(rig.NewSlot(*stream));
    rig.server.item_status = [](const auto&) { return 400; };
    rig.WriteLines(*stream, 5);
    for (int i = 0; i < 10; ++i) {
      const MonoTime next = destination.Step(rig.clock.Now());
      for (HttpCompletion& completion : rig.transport.Poll(std::min(next, rig.clock.Now() + kSecond))) {
        destination.Complete(std::move(completion), rig.clock.Now());
      }
    }
    const DestinationStats stats = destination.Stats(rig.clock.Now());
    EXPECT_EQ(stats.dropped, holds ? 0u : 5u);
    EXPECT_EQ(stats.waiting, holds ? 5u : 0u);
  }
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
