// PluginCall: asks a plugin that runs on this machine, by a GET over its unix socket. One thread.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace tailrace {

struct PluginAnswer {
  std::string body;
  pid_t plugin = 0;  // as this process sees it; 0: it does not
};

inline constexpr Nanos kPluginCallMax = std::chrono::seconds(5);
inline constexpr size_t kPluginAnswerBytesMax = 64 * 1024 * 1024;

// kNotFound: there is no such socket, or nobody listens. kDenied: who asks may not. kUnsupported: it is no tailrace of
// this kind. Anything else: it did not answer as it should.
Result<PluginAnswer> CallPlugin(const std::string& socket, const std::string& path, Clock& clock);

// The body of an answer to it, whole. kUnsupported: any status but 200.
Result<std::string> BodyOfAnswer(const std::string& answer);

}  // namespace tailrace
