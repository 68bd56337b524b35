// DeliveryApp: Journal, Housekeeper, Intake and Delivery as a serving process has them, without threads, on a disk in
// memory and a scripted transport. Owned by the test; destroyed = killed, if the disk was dead before.
#pragma once

#include <memory>
#include <string>

#include "delivery/delivery.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "journal/journal.h"
#include "tests/fakes/scripted_transport.h"

namespace tailrace {

inline constexpr const char* kFifoFolder = "/run/docker/logging";
inline constexpr const char* kSpoolRoot = "/run/docker/logging/spool";

class DeliveryApp {
 public:
  struct Seams {
    Disk& disk;
    FakeClock& clock;
    Random& random;
    Log& log;
  };
  DeliveryApp(const Seams& seams, const Housekeeper::Settings& settings, ScriptedTransport::Server server,
              const Delivery::Options& options);
  DeliveryApp(const DeliveryApp&) = delete;
  DeliveryApp& operator=(const DeliveryApp&) = delete;

  // Opens the journal, re-attaches, lets delivery begin.
  Status Begin();
  // A StartLogging: the stream's id.
  Result<StreamId> StartStream(StreamFacts facts);

  ScriptedTransport transport;
  Journal journal;
  Housekeeper housekeeper;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Delivery> delivery;

 private:
  Status Register(StreamLease stream);

  const Seams seams_;
};

}  // namespace tailrace
