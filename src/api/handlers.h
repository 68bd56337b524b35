// Handlers: dockerd's calls, from JSON to the Driver and back. Owned by App; called by any connection's thread.
// A StopLogging is always answered with success: dockerd keeps the FIFO, its descriptor and a reference to the plugin
// for ever when it is told of an error.
#pragma once

#include <vector>

#include "api/http.h"
#include "base/clock.h"
#include "base/log.h"
#include "driver/driver.h"

namespace tailrace {

class Handlers {
 public:
  Handlers(Driver& driver, Clock& clock, Log& log) : driver_(driver), clock_(clock), log_(log) {}

  // The table for HttpServer; it holds references to this.
  std::vector<ApiRoute> Routes();

 private:
  ApiAnswer StartLogging(const ApiRequest& request);
  ApiAnswer StopLogging(const ApiRequest& request);
  ApiAnswer ReadLogs(const ApiRequest& request);

  Driver& driver_;
  Clock& clock_;
  Log& log_;
};

}  // namespace tailrace
