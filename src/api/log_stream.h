// LogStream: the body of a ReadLogs answer: what the LogReader gives, until it ends or the client goes. Of one
// connection's thread. When the server stops, a follower ends as if its container had; anything else is cut off, since
// it is not whole.
#pragma once

#include <memory>

#include "api/http.h"
#include "base/clock.h"
#include "sinks/spool/log_reader.h"

namespace tailrace {

class LogStream final : public BodySource {
 public:
  // How long a follower waits for news before it looks whether the client, or the server, still wants it.
  static constexpr Nanos kSlice = std::chrono::milliseconds(500);

  LogStream(std::unique_ptr<LogReader> reader, bool follow, Clock& clock)
      : reader_(std::move(reader)), follow_(follow), clock_(clock) {}

  bool WriteTo(BodyWriter& writer) override;

 private:
  std::unique_ptr<LogReader> reader_;
  const bool follow_;
  Clock& clock_;
};

}  // namespace tailrace
