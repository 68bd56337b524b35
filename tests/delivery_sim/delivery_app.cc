#include "tests/delivery_sim/delivery_app.h"

namespace tailrace {

DeliveryApp::DeliveryApp(const Seams& seams, const Housekeeper::Settings& settings, ScriptedTransport::Server server,
                         const Delivery::Options& options)
    : transport(seams.clock, std::move(server)),
      journal({.root = kSpoolRoot, .fifo_directory = kFifoFolder},
              {seams.disk, seams.clock, seams.random, seams.log}),
      housekeeper(settings, {seams.disk, seams.clock, seams.log, journal}),
      intake(std::make_unique<Intake>(Intake::Parts{seams.disk, seams.clock, seams.log, journal, housekeeper})),
      delivery(std::make_unique<Delivery>(
          options, Delivery::Parts{seams.disk, seams.clock, seams.random, seams.log, journal, transport})),
      seams_(seams) {
  transport.keeps_requests = false;
  housekeeper.SetIntake(intake.get());
  housekeeper.SetSettled(&delivery->settled());
}

Status DeliveryApp::Begin() {
  const Status status = journal.Open();
  for (StreamLease& stream : journal.AttachLive()) (void)Register(std::move(stream));
  delivery->Allow();
  return status;
}

Status DeliveryApp::Register(StreamLease stream) {
  Result<std::unique_ptr<Fifo>> fifo = seams_.disk.OpenFifo(stream->facts().fifo);
  delivery->Attach(journal.Lease(*stream));
  intake->Register(std::move(stream), fifo.ok() ? std::move(*fifo) : nullptr);
  return fifo.ok() ? Status::Ok() : fifo.status();
}

Result<StreamId> DeliveryApp::StartStream(StreamFacts facts) {
  ASSIGN_OR_RETURN(StreamLease stream, journal.Create(std::move(facts)));
  const StreamId id = stream->id();
  RETURN_IF_ERROR(Register(std::move(stream)));
  return id;
}

}  // namespace tailrace
