// DestinationRig: a Destination with its streams, a scripted transport and a fake server, in virtual time. Owned by the
// test; one thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "delivery/destination.h"
#include "tests/delivery/delivery_rig.h"
#include "tests/fakes/fake_elasticsearch.h"
#include "tests/fakes/scripted_transport.h"

namespace tailrace {

class DestinationRig : public DeliveryRig {
 public:
  explicit DestinationRig(std::vector<std::string> urls = {"http://a"}) {
    settings.urls = std::move(urls);
    settings.gzip = false;
    destination = std::make_unique<Destination>(
        DeliveryShared{disk, clock, random, log, transport, compress, budget, buffer, dead}, "fake", settings);
  }

  StreamSlot& Add(const Stream& stream) {
    std::unique_ptr<StreamSlot> slot = NewSlot(stream);
    StreamSlot& added = *slot;
    destination->AddSlot(std::move(slot));
    return added;
  }
  // Plain lines "<text> <number>".
  void WriteLines(const Stream& stream, int count, const std::string& text = "line") {
    std::string frames;
    for (int i = 0; i < count; ++i) frames += Frame("stdout", ++time_nano, text + " " + std::to_string(number_++));
    Write(stream, frames);
  }
  // Turns until `duration` is over.
  void RunFor(Nanos duration) {
    const MonoTime end = clock.Now() + duration;
    while (clock.Now() < end) {
      const MonoTime next = destination->Step(clock.Now());
      for (HttpCompletion& completion : transport.Poll(std::min(next, end))) {
        // False: a rewind that an answer before it brought about has forgotten it.
        (void)destination->Complete(std::move(completion), clock.Now());
      }
      CheckBooks();
    }
  }
  void CheckBooks() {
    const DestinationStats s = stats();
    ASSERT_EQ(s.taken, s.delivered + s.dead + s.dropped + s.corrupt + s.waiting);
  }
  DestinationStats stats() { return destination->Stats(clock.Now()); }
  static bool Has(const FakeElasticsearch::Document& document, std::string_view text) {
    return document.source.find(FakeBulkSink::Hex(text)) != std::string::npos;
  }
  std::set<std::string> DeadTexts() {
    std::set<std::string> texts;
    const Result<std::vector<DeadLetterFile>> files = ListDeadLetters(disk, "/spool/dead");
    for (const DeadLetterFile& file : *files) {
      EXPECT_TRUE(ReadDeadLetters(disk, file.path, [&](const DeadLetter& letter) {
                    return texts.insert(letter.text), true;
                  }).ok());
    }
    return texts;
  }

  FakeElasticsearch server{[](std::string_view body) { return std::string(body); }};
  std::function<ScriptedTransport::Reply(const ScriptedTransport::Request&)> serve =
      [this](const auto& request) { return server.Handle(request); };
  ScriptedTransport transport{clock, [this](const auto& request) { return serve(request); }};
  const Compressor compress = [](std::string_view body) { return std::string(body); };
  Budget budget;
  DeadLetters dead{disk, {.directory = "/spool/dead"}};
  ConnectionSettings settings;
  std::unique_ptr<Destination> destination;

 private:
  int number_ = 0;
};

}  // namespace tailrace
