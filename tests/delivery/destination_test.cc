#include "delivery/destination.h"

#include <gtest/gtest.h>

#include "tests/delivery/destination_rig.h"

namespace tailrace {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

TEST(DestinationTest, LinesLingerTogetherThenGo) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  rig.Add(*stream);
  rig.WriteLines(*stream, 1);
  EXPECT_EQ(rig.destination->Step(rig.clock.Now()), rig.clock.Now() + Destination::kLinger);
  EXPECT_EQ(rig.destination->appetite(), Destination::Appetite::kLingering);
  rig.WriteLines(*stream, 1);
  EXPECT_EQ(rig.destination->in_flight(), 0u);
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.server.counts().requests, 1u);
  EXPECT_EQ(rig.server.documents().size(), 2u);
  EXPECT_EQ(rig.destination->appetite(), Destination::Appetite::kHungry);
  EXPECT_EQ(rig.destination->Step(rig.clock.Now()), kNever);
}

TEST(DestinationTest, AFullBatchDoesNotWait) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  rig.Add(*stream);
  rig.WriteLines(*stream, 12'000, std::string(50, 'x'));
  rig.destination->Step(rig.clock.Now());
  EXPECT_EQ(rig.destination->in_flight(), 2u);  // What is left over of a batch does not linger.
  for (const auto& request : rig.transport.requests()) EXPECT_LE(request.http.body.size(), BatchLimits::kBytesMax);
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.server.documents().size(), 12'000u);
}

TEST(DestinationTest, SentUpToIsWrittenBeforeTheRequest) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  StreamSlot& slot = rig.Add(*stream);
  rig.WriteLines(*stream, 10);
  uint64_t seen = 0;
  rig.serve = [&](const auto& request) {
    const Result<CursorFile> file = CursorFile::Peek(rig.disk, slot.CursorPath());
    seen = file->cursor().sent_up_to;
    return rig.server.Handle(request);
  };
  rig.RunFor(kSecond);
  EXPECT_EQ(seen, stream->Snapshot().progress.end);
}

TEST(DestinationTest, TheBodyIsCompressedAndSaysSo) {
  DestinationRig rig;
  rig.settings.gzip = true;
  const Compressor mark = [](std::string_view body) { return "Z" + std::string(body); };
  const DeliveryShared shared{rig.disk, rig.clock,  rig.random, rig.log, rig.transport,
                              mark,     rig.budget, rig.buffer, rig.dead};
  Destination destination(shared, "zipped", rig.settings);
  const StreamLease stream = rig.NewStream();
  destination.AddSlot(rig.NewSlot(*stream));
  rig.WriteLines(*stream, 1);
  rig.serve = [](const auto&) {
    return ScriptedTransport::Reply{HttpResponse{.status = 503, .headers = {}, .body = ""}};
  };
  destination.Step(rig.clock.Now());
  rig.clock.Advance(kSecond);
  destination.Step(rig.clock.Now());
  ASSERT_EQ(rig.transport.requests().size(), 1u);
  const HttpRequest& request = rig.transport.requests()[0].http;
  EXPECT_EQ(request.body.front(), 'Z');
  EXPECT_EQ(request.headers.back(), HttpHeader("Content-Encoding", "gzip"));
}

TEST(DestinationTest, ManyDestinationsStayInsideTheMemory) {
  DestinationRig rig;
  rig.serve = [&](const auto& request) {
    ScriptedTransport::Reply reply = rig.server.Handle(request);
    reply.after = std::chrono::hours(1);  // All of them stall with everything in flight.
    return reply;
  };
  std::vector<std::unique_ptr<Destination>> all;
  std::vector<StreamLease> streams;
  for (int i = 0; i < 60; ++i) {
    all.push_back(std::make_unique<Destination>(
        DeliveryShared{rig.disk, rig.clock, rig.random, rig.log, rig.transport, rig.compress, rig.budget, rig.buffer,
                       rig.dead},
        "fake", rig.settings));
    streams.push_back(rig.NewStream());
    rig.WriteLines(*streams.back(), 5000, std::string(80, 'x'));
    all.back()->AddSlot(rig.NewSlot(*streams.back()));
  }
  for (int turn = 0; turn < 5; ++turn) {
    for (const auto& destination : all) destination->Step(rig.clock.Now());
    rig.clock.Advance(kSecond);
  }
  EXPECT_LE(rig.budget.used_bytes(), Budget::kDefaultBytes + 60 * Budget::kBlockBytes);
  for (const auto& destination : all) EXPECT_GE(destination->in_flight(), 1u);
}

TEST(DestinationTest, RewindSendsNothingTwiceThatHadItsOutcome) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  rig.Add(*stream);
  rig.WriteLines(*stream, 100);
  rig.server.item_status = [&](const auto& document) { return rig.Has(document, " 5") ? 503 : 0; };
  rig.RunFor(std::chrono::milliseconds(300));
  rig.destination->Rewind();
  rig.server.item_status = nullptr;
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.server.documents().size(), 100u);
  EXPECT_EQ(rig.server.counts().conflicts, 0u);
  EXPECT_EQ(rig.stats().waiting, 0u);
}

TEST(DestinationTest, AFinishedStreamIsGivenBack) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  StreamSlot& slot = rig.Add(*stream);
  rig.WriteLines(*stream, 10);
  rig.RunFor(kSecond);
  EXPECT_TRUE(rig.destination->TakeFinished().empty());
  rig.End(*stream);
  rig.RunFor(kSecond);
  slot.SettleIdle();
  EXPECT_TRUE(rig.destination->TakeFinished().empty());  // The cursor does not say so yet.
  EXPECT_TRUE(slot.WriteCursor().ok());
  EXPECT_EQ(rig.destination->TakeFinished().size(), 1u);
  EXPECT_EQ(rig.stats().taken, 10u);
  EXPECT_EQ(rig.stats().delivered, 10u);
  EXPECT_EQ(rig.stats().streams, 0u);
}

TEST(DestinationTest, AStreamThatMovesTakesWhatWaitsWithIt) {
  DestinationRig rig;
  const StreamLease stream = rig.NewStream();
  const StreamSlot& slot = rig.Add(*stream);
  rig.WriteLines(*stream, 10);
  rig.serve = [](const auto&) {
    return ScriptedTransport::Reply{HttpFailure{.maybe_delivered = true, .is_connect = false, .message = "stalled"},
                                    std::chrono::hours(1)};
  };
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.destination->in_flight(), 1u);
  std::unique_ptr<StreamSlot> moved = rig.destination->RemoveSlot(slot);
  EXPECT_EQ(rig.destination->in_flight(), 0u);
  EXPECT_EQ(rig.transport.in_flight(), 0u);
  rig.CheckBooks();
  rig.serve = [&](const auto& request) { return rig.server.Handle(request); };
  rig.destination->AddSlot(std::move(moved));
  rig.RunFor(kSecond);
  EXPECT_EQ(rig.server.documents().size(), 10u);
}

}  // namespace
}  // namespace tailrace
