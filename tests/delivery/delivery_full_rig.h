// DeliveryFullRig: Delivery over a journal in memory and one fake server, in virtual time; slots are reached by
// "http://<slot>". Owned by the test; one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "delivery/delivery.h"
#include "tests/delivery/delivery_rig.h"
#include "tests/fakes/fake_elasticsearch.h"
#include "tests/fakes/scripted_transport.h"

namespace tailrace {

class DeliveryFullRig : public DeliveryRig {
 public:
  DeliveryFullRig() { BeginDelivery(); }
  ~DeliveryFullRig() { delivery.reset(); }

  void BeginDelivery() {
    Delivery::Options options;
    options.make_slot = [this](const StreamFacts& facts, const std::string& slot) { return MakeSlot(facts, slot); };
    options.compress = [](std::string_view body) { return std::string(body); };
    options.dead_letters.directory = "/spool/dead";
    delivery = std::make_unique<Delivery>(options, Delivery::Parts{disk, clock, random, log, *journal, transport});
    housekeeper->SetSettled(&delivery->settled());
  }
  // A kill, and a new process that has begun to deliver.
  void RestartAll() {
    delivery.reset();
    Restart();
    BeginDelivery();
    delivery->Allow();
  }
  void RunFor(Nanos duration) {
    const MonoTime end = clock.Now() + duration;
    while (clock.Now() < end) delivery->RunOnce(end);
  }

  FakeElasticsearch server{[](std::string_view body) { return std::string(body); }};
  std::function<ScriptedTransport::Reply(const ScriptedTransport::Request&)> serve =
      [this](const auto& request) { return server.Handle(request); };
  ScriptedTransport transport{clock, [this](const auto& request) { return serve(request); }};
  std::string password = "first";     // a connection header, read anew by each MakeSlot
  bool has_url = true;
  std::string scheme = "http://";
  bool tls_verify = true;
  std::unique_ptr<Delivery> delivery;

 private:
  Result<SlotPlan> MakeSlot(const StreamFacts& facts, const std::string& slot) {
    if (!has_url) return Invalid("es-url is not set any more");
    SlotPlan plan;
    plan.kind = "fake";
    plan.settings.urls = {scheme + slot};
    plan.settings.tls_verify = tls_verify;
    plan.settings.headers = {{"Authorization", password}};
    plan.settings.gzip = false;
    plan.sink = std::make_unique<FakeBulkSink>(slot);
    plan.description.container_id = facts.container_id;
    return plan;
  }
};

}  // namespace tailrace
