#include "tests/sim/mini_app.h"

#include "sinks/registry.h"

namespace tailrace {

MiniApp::MiniApp(const Seams& seams, const Housekeeper::Settings& settings)
    : journal({.root = kSpoolRoot, .fifo_directory = kFifoFolder},
              {seams.disk, seams.clock, seams.random, seams.log}),
      housekeeper(settings, {seams.disk, seams.clock, seams.log, journal}),
      seams_(seams),
      table_(SinkOptionRows()) {}

Status MiniApp::Begin() {
  const Status status = journal.Open();
  intake = std::make_unique<Intake>(Intake::Parts{seams_.disk, seams_.clock, seams_.log, journal, housekeeper});
  housekeeper.SetIntake(intake.get());
  driver = std::make_unique<Driver>(
      Driver::Parts{seams_.disk, seams_.clock, seams_.log, journal, *intake, table_, options_, "host"});
  driver->Reattach();
  return status;
}

}  // namespace tailrace
