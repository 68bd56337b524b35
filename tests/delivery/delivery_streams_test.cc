// Which streams Delivery has, where they go, and what a restart finds.
#include <gtest/gtest.h>

#include "tests/delivery/delivery_full_rig.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

class DeliveryStreamsTest : public testing::Test {
 protected:
  DeliveryStreamsTest() { rig_.delivery->Allow(); }
  StreamLease NewAttached() {
    StreamLease stream = rig_.NewStream();
    rig_.delivery->Attach(rig_.journal->Lease(*stream));
    return stream;
  }
  size_t streams() { return rig_.delivery->CurrentStats(rig_.clock.Now()).slots.size(); }
  size_t documents() { return rig_.server.documents().size(); }
  DeliveryFullRig rig_;
};

TEST_F(DeliveryStreamsTest, AnEndedStreamLeavesWhenAllIsDelivered) {
  {
    const StreamLease stream = NewAttached();
    rig_.WriteLine(*stream, "a");
    rig_.End(*stream);
    EXPECT_EQ(rig_.delivery->settled().SettledOf(*stream), 0u);
    rig_.RunFor(kSecond);
    EXPECT_EQ(streams(), 0u);
    EXPECT_EQ(rig_.delivery->settled().SettledOf(*stream), UINT64_MAX);
  }
  rig_.RunFor(61 * kSecond);
  EXPECT_EQ(rig_.delivery->CurrentStats(rig_.clock.Now()).destinations[0].delivered, 1u);
}

TEST_F(DeliveryStreamsTest, ARestartGoesOnFromTheCursors) {
  rig_.server.next_fault = [] { return FakeElasticsearch::Fault::kCommitReset; };
  {
    const StreamLease ended = NewAttached();
    const StreamLease live = NewAttached();
    const StreamLease done = NewAttached();
    for (int i = 0; i < 10; ++i) {
      rig_.WriteLine(*ended, "e");
      rig_.WriteLine(*live, "l");
    }
    rig_.End(*ended);
    rig_.End(*done);
    rig_.RunFor(kSecond);
  }
  rig_.RestartAll();
  rig_.server.next_fault = nullptr;
  rig_.RunFor(5 * kSecond);
  EXPECT_EQ(documents(), 20u);
  EXPECT_EQ(rig_.server.counts().conflicts % 20, 0u);
  EXPECT_GE(rig_.server.counts().conflicts, 20u);
  EXPECT_EQ(streams(), 1u);
  const uint64_t requests = rig_.server.counts().requests;
  rig_.RestartAll();
  rig_.RunFor(5 * kSecond);
  EXPECT_EQ(rig_.server.counts().requests, requests);
  EXPECT_EQ(streams(), 1u);
}

TEST_F(DeliveryStreamsTest, AUrlThatIsGoneIsToldAndLookedAtAgain) {
  rig_.has_url = false;
  const StreamLease stream = NewAttached();
  rig_.WriteLine(*stream, "a");
  rig_.RunFor(5 * kSecond);
  EXPECT_EQ(rig_.log.Count("slot-waits"), 1u);
  const DeliveryStats stats = rig_.delivery->CurrentStats(rig_.clock.Now());
  ASSERT_EQ(stats.slots.size(), 1u);
  EXPECT_EQ(stats.slots[0].problem, "es-url is not set any more");
  EXPECT_EQ(stats.slots[0].waiting, 1u);
  rig_.has_url = true;
  rig_.RunFor(30 * kSecond);
  EXPECT_EQ(documents(), 1u);
}

TEST_F(DeliveryStreamsTest, NewCredentialsAreTakenUpWithoutARestart) {
  rig_.serve = [&](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    if (request.settings.headers[0].second == "second") return rig_.server.Handle(request);
    return {HttpResponse{.status = 401, .headers = {}, .body = ""}};
  };
  const StreamLease stream = NewAttached();
  rig_.WriteLine(*stream, "a");
  rig_.RunFor(100 * kSecond);
  EXPECT_EQ(documents(), 0u);
  rig_.password = "second";
  rig_.RunFor(31 * kSecond);
  EXPECT_EQ(documents(), 1u);
  EXPECT_EQ(rig_.log.Count("fresh-settings"), 1u);
  // It is the same destination: its figures go on.
  const DeliveryStats stats = rig_.delivery->CurrentStats(rig_.clock.Now());
  ASSERT_EQ(stats.destinations.size(), 1u);
  EXPECT_EQ(stats.destinations[0].label, "fake http://es");
  EXPECT_EQ(stats.destinations[0].delivered, 1u);
  EXPECT_GE(stats.destinations[0].requests_refused, 3u);
  EXPECT_EQ(stats.destinations[0].rewinds, 0u);
}

TEST_F(DeliveryStreamsTest, StreamsMoveToTheDestinationThatHasTheirCredentials) {
  bool is_changed = false;
  rig_.serve = [&](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    if (request.settings.headers[0].second == (is_changed ? "second" : "first")) return rig_.server.Handle(request);
    return {HttpResponse{.status = 401, .headers = {}, .body = ""}};
  };
  const StreamLease before = NewAttached();
  rig_.WriteLine(*before, "a");
  rig_.RunFor(kSecond);
  is_changed = true;
  rig_.password = "second";
  const StreamLease after = NewAttached();
  rig_.WriteLine(*before, "b");
  rig_.WriteLine(*after, "c");
  rig_.RunFor(62 * kSecond);
  EXPECT_EQ(documents(), 3u);
  const DeliveryStats stats = rig_.delivery->CurrentStats(rig_.clock.Now());
  ASSERT_EQ(stats.destinations.size(), 2u);
  EXPECT_NE(stats.destinations[0].label, stats.destinations[1].label);
  for (const SlotStats& slot : stats.slots) EXPECT_EQ(slot.destination, "fake http://es (2)");
}

TEST_F(DeliveryStreamsTest, ACertificateThatIsNotVerifiedIsToldLoudlyAndEachHour) {
  rig_.scheme = "https://";
  std::vector<StreamLease> streams;
  streams.push_back(NewAttached());
  rig_.RunFor(kSecond);
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 0u);
  rig_.tls_verify = false;
  for (int i = 0; i < 3; ++i) streams.push_back(NewAttached());
  rig_.RunFor(kSecond);
  rig_.password = "second";  // Another destination, at the same address.
  streams.push_back(NewAttached());
  rig_.RunFor(std::chrono::minutes(59));
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 1u);
  for (const MemoryLog::Line& line : rig_.log.lines()) {
    if (line.event != "tls-not-verified") continue;
    EXPECT_EQ(line.level, LogLevel::kError);
    EXPECT_EQ(line.Field("destination"), "fake https://es (2)");
    EXPECT_NE(line.Field("why").find("fake-tls-verify=off"), std::string::npos);
  }
  rig_.RunFor(std::chrono::minutes(3));
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 2u);
  rig_.RunFor(std::chrono::minutes(61));
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 3u);
  for (const StreamLease& stream : streams) rig_.End(*stream);
  rig_.RunFor(std::chrono::hours(3));
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 3u);
}

TEST_F(DeliveryStreamsTest, WithoutEncryptionThereIsNothingToVerify) {
  rig_.tls_verify = false;
  const StreamLease stream = NewAttached();
  rig_.RunFor(kSecond);
  EXPECT_EQ(rig_.log.Count("tls-not-verified"), 0u);
}

TEST_F(DeliveryStreamsTest, DetachForgetsWithoutATrace) {
  const StreamLease stream = NewAttached();
  rig_.WriteLine(*stream, "a");
  rig_.delivery->RunOnce(rig_.clock.Now());
  EXPECT_EQ(streams(), 1u);
  rig_.delivery->Detach(stream->id());
  rig_.RunFor(kSecond);
  EXPECT_EQ(streams(), 0u);
  EXPECT_EQ(documents(), 0u);
}

TEST_F(DeliveryStreamsTest, AttachedTwiceIsAttachedOnce) {
  const StreamLease stream = NewAttached();
  rig_.delivery->Attach(rig_.journal->Lease(*stream));
  rig_.WriteLine(*stream, "a");
  rig_.RunFor(kSecond);
  EXPECT_EQ(streams(), 1u);
  EXPECT_EQ(documents(), 1u);
}

TEST_F(DeliveryStreamsTest, ADamagedCursorIsABeginning) {
  {
    const StreamLease stream = NewAttached();
    for (int i = 0; i < 10; ++i) rig_.WriteLine(*stream, "a");
    rig_.RunFor(kSecond);
    rig_.disk.SetContents(StreamSlot::CursorPath(*stream, "es"), std::string(512, 'x'));
  }
  rig_.RestartAll();
  rig_.RunFor(kSecond);
  EXPECT_EQ(rig_.log.Count("cursor-damaged"), 1u);
  EXPECT_EQ(documents(), 10u);
  EXPECT_EQ(rig_.server.counts().conflicts, 10u);
}

TEST_F(DeliveryStreamsTest, ADiskThatRefusesTheCursorIsTriedAgain) {
  rig_.disk.FailFrom(1, StatusCode::kNoSpace, {.kinds = {Call::kOpen}, .path_part = "/cursor."});
  const StreamLease stream = NewAttached();
  rig_.WriteLine(*stream, "a");
  rig_.RunFor(5 * kSecond);
  EXPECT_EQ(documents(), 0u);
  rig_.disk.ClearFailures();
  rig_.RunFor(3 * kSecond);
  EXPECT_EQ(documents(), 1u);
}

TEST_F(DeliveryStreamsTest, WhatRetentionTakesIsCountedBeforeTheFolderGoes) {
  rig_.server.next_fault = [] { return FakeElasticsearch::Fault::kRefused; };
  StreamLease stream = NewAttached();
  const std::string directory = stream->directory();
  for (int i = 0; i < 10; ++i) rig_.WriteLine(*stream, "a");
  rig_.End(*stream);
  rig_.RunFor(kSecond);
  for (const Segment& segment : stream->DropAll()) rig_.disk.Remove(stream->SegmentPath(segment.start));
  stream = StreamLease();
  rig_.housekeeper->RunOnce();
  EXPECT_TRUE(rig_.disk.Exists(directory + "/facts"));
  rig_.server.next_fault = nullptr;
  rig_.RunFor(61 * kSecond);
  EXPECT_EQ(documents(), 1u);  // The marker.
  EXPECT_EQ(rig_.delivery->CurrentStats(rig_.clock.Now()).destinations[0].dropped, 10u);
  rig_.housekeeper->RunOnce();
  EXPECT_FALSE(rig_.disk.Exists(directory + "/facts"));
}

}  // namespace
}  // namespace tailrace
