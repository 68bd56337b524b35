#include "delivery/delivery.h"

#include <gtest/gtest.h>

#include "base/posix_disk.h"
#include "tests/delivery/delivery_full_rig.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

TEST(DeliveryTest, NothingIsSentBeforeTheFirstConnection) {
  DeliveryFullRig rig;
  const StreamLease stream = rig.NewStream();
  rig.delivery->Attach(rig.journal->Lease(*stream));
  rig.WriteLine(*stream, "a");
  rig.RunFor(14 * kSecond);
  EXPECT_EQ(rig.server.counts().requests, 0u);
  EXPECT_FALSE(rig.delivery->CurrentStats(rig.clock.Now()).has_begun);
  rig.RunFor(2 * kSecond);
  EXPECT_EQ(rig.server.documents().size(), 1u);
  DeliveryFullRig other;
  other.delivery->Allow();
  const StreamLease early = other.NewStream();
  other.delivery->Attach(other.journal->Lease(*early));
  other.WriteLine(*early, "a");
  other.RunFor(kSecond);
  EXPECT_EQ(other.server.documents().size(), 1u);
}

TEST(DeliveryTest, SleepsUntilSomethingIsDue) {
  DeliveryFullRig rig;
  rig.delivery->Allow();
  const StreamLease stream = rig.NewStream();
  rig.delivery->Attach(rig.journal->Lease(*stream));
  rig.WriteLine(*stream, "a");
  rig.RunFor(kSecond);
  const MonoTime before = rig.clock.Now();
  rig.delivery->RunOnce(before + std::chrono::seconds(50));
  EXPECT_GE(rig.clock.Now() - before, std::chrono::seconds(10));
}

TEST(DeliveryTest, FiguresAreThereForOtherThreads) {
  DeliveryFullRig rig;
  rig.delivery->Allow();
  const StreamLease stream = rig.NewStream({"es", "http"});
  rig.delivery->Attach(rig.journal->Lease(*stream));
  for (int i = 0; i < 10; ++i) rig.WriteLine(*stream, "a");
  rig.RunFor(kSecond);
  const DeliveryStats stats = rig.delivery->Stats();
  ASSERT_EQ(stats.destinations.size(), 2u);
  EXPECT_EQ(stats.destinations[0].delivered, 10u);
  EXPECT_EQ(stats.destinations[0].label, "fake http://es");
  EXPECT_EQ(stats.slots.size(), 2u);
  EXPECT_EQ(stats.slots[0].container_name, "web");
  EXPECT_EQ(rig.delivery->settled().SettledOf(*stream), stream->Snapshot().progress.whole_end);
}

TEST(DeliveryTest, EqualConnectionsAreOneDestination) {
  DeliveryFullRig rig;
  rig.delivery->Allow();
  std::vector<StreamLease> streams;
  for (int i = 0; i < 50; ++i) {
    streams.push_back(rig.NewStream());
    rig.delivery->Attach(rig.journal->Lease(*streams.back()));
    rig.WriteLine(*streams.back(), "a");
  }
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.delivery->Stats().destinations.size(), 1u);
  EXPECT_EQ(rig.server.documents().size(), 50u);
  EXPECT_LE(rig.server.counts().requests, 3u);
}

TEST(DeliveryTest, ADeadDestinationDelaysNoOther) {
  DeliveryFullRig rig;
  rig.delivery->Allow();
  rig.serve = [&](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    if (request.settings.urls[0] == "http://es") return rig.server.Handle(request);
    return {HttpFailure{.maybe_delivered = true, .is_connect = false, .message = "stalled"}, std::chrono::seconds(90)};
  };
  const StreamLease stream = rig.NewStream({"es", "http"});
  rig.delivery->Attach(rig.journal->Lease(*stream));
  for (size_t i = 0; i < 50; ++i) {
    rig.WriteLine(*stream, "a");
    rig.RunFor(kSecond);
    EXPECT_EQ(rig.server.documents().size(), i + 1);
  }
}

// The real thread over a real disk: what is written wakes it, and Stop waits for what is in flight.
TEST(DeliveryTest, TheThreadWakesAndStops) {
  DeliveryFullRig rig;
  rig.delivery->Allow();
  const StreamLease stream = rig.NewStream();
  rig.delivery->Attach(rig.journal->Lease(*stream));
  rig.delivery->Start();
  for (int i = 0; i < 100; ++i) rig.delivery->Wake(1000);
  rig.delivery->Stop();
  rig.delivery->Stop();
}

}  // namespace
}  // namespace tailrace
