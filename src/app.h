// App: the parts of a serving process, who owns them, and in which order they begin and end. Main thread only.
//   begin: listen (connects succeed) → lock the spool → re-attach → accept → deliver, after the first connection
//   end:   accept no more, end calls and streams → stop taking from FIFOs → let answers under way come → sync
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/handlers.h"
#include "api/http_server.h"
#include "base/clock.h"
#include "base/posix_disk.h"
#include "base/random.h"
#include "base/stderr_log.h"
#include "base/gzip.h"
#include "config/options.h"
#include "delivery/delivery.h"
#include "driver/driver.h"
#include "driver/slot_plans.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "journal/journal.h"
#include "sinks/curl_transport.h"
#include "status/status_source.h"

namespace tailrace {

class App {
 public:
  // A process that is being replaced may still listen for so long.
  static constexpr Nanos kListenWaitMax = std::chrono::seconds(5);

  struct Settings {
    std::string socket;
    std::string root;
    Environment environment;
  };
  // `wait` waits for its argument, and is true when the process shall end.
  App(Settings settings, std::function<bool(Nanos)> wait);
  ~App();  // Stops.
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // kGone: told to end meanwhile. Any other error: this process cannot serve.
  Status Start();
  void Stop();

  Log& log() { return log_; }

 private:
  Result<std::unique_ptr<Listener>> Listen();
  void Build(std::unique_ptr<Journal> journal);
  void BuildDelivery();
  void ServeMetrics();
  void LogStart();

  const Settings settings_;
  const std::function<bool(Nanos)> wait_;
  SystemClock clock_;
  SystemRandom random_;
  PosixDisk disk_;
  const OptionTable table_;
  const PluginOptions options_;
  StderrLog log_;
  const std::string own_fifos_;
  const SlotPlans slot_plans_;
  GzipCompressor compressor_;  // delivery thread only

  // In the order of their making; each uses those above it.
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<CurlTransport> transport_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Housekeeper> housekeeper_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Driver> driver_;
  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<StatusSource> status_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpServer> metrics_server_;  // of `metrics-address`; most have none
};

// The folder of FIFOs when it is this process's own: a managed plugin keeps its spool in it. Else empty: FIFOs of other
// plugins may be there.
std::string OwnFifoDirectory(const std::string& root);

}  // namespace tailrace
