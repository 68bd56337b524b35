// MiniApp: the product as App composes it, of its own Journal, Housekeeper, Intake and Driver, on a disk in memory and
// without threads: a test calls the loops' RunOnce. Owned by the test; destroyed = killed, if the disk was dead before.
#pragma once

#include <memory>
#include <string>

#include "config/option_table.h"
#include "config/plugin_options.h"
#include "driver/driver.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "journal/journal.h"

namespace tailrace {

inline constexpr const char* kFifoFolder = "/run/docker/logging";
inline constexpr const char* kSpoolRoot = "/run/docker/logging/spool";

class MiniApp {
 public:
  struct Seams {
    Disk& disk;
    Clock& clock;
    Random& random;
    Log& log;
  };
  MiniApp(const Seams& seams, const Housekeeper::Settings& settings);
  MiniApp(const MiniApp&) = delete;
  MiniApp& operator=(const MiniApp&) = delete;

  // Opens the journal and re-attaches, as a start does before it accepts connections.
  Status Begin();

  Journal journal;
  Housekeeper housekeeper;
  std::unique_ptr<Intake> intake;  // set by Begin
  std::unique_ptr<Driver> driver;

 private:
  const Seams seams_;
  const OptionTable table_;
  const PluginOptions options_;
};

}  // namespace tailrace
