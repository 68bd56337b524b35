// The body of GET /status, and back. Pure; any thread. Keys are stable: new ones may come, none goes or changes what it
// means. README.md names the most useful ones; times of day are RFC 3339, spans are whole milliseconds.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "status/snapshot.h"

namespace tailrace {

// Without the histograms, which are for /metrics.
std::string EncodeStatus(const StatusSnapshot& snapshot);

// What is missing stays at its default: the plugin may be of another version. kInvalid: not JSON, or no object.
Result<StatusSnapshot> DecodeStatus(std::string_view json);

}  // namespace tailrace
