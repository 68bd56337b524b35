// The settler by way of a destination: what becomes of the dead.
#include "tests/delivery/settler_fixture.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

using SettlerDeadLettersTest = SettlerTest;

TEST_F(SettlerDeadLettersTest, TheDeadAreWrittenBeforeTheFrontierPasses) {
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

TEST_F(SettlerDeadLettersTest, ARefusedLineThatIsGoneByNowIsDroppedNotBuriedWithoutItsText) {
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

TEST_F(SettlerDeadLettersTest, FullDeadLettersDropAndCountOrHold) {
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

}  // namespace
}  // namespace tailrace
