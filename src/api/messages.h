// Messages: the JSON of the plugin API, to and from values. Pure; any thread.
// Requests come from Go: keys match whatever their case, lists and maps may be null or absent, unknown keys are passed
// over. Reasons never hold a value of the request, for environments are full of secrets.
// Source: moby daemon/logger/proxy.go, daemon/logger/loginfo.go.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "driver/container_info.h"

namespace tailrace {

Result<StartRequest> ParseStartRequest(std::string_view body);
Result<std::string> ParseStopRequest(std::string_view body);  // the file
Result<ReadRequest> ParseReadRequest(std::string_view body);

std::string EncodeActivation();                      // {"Implements":["LogDriver"]}
std::string EncodeCapabilities();                    // {"Cap":{"ReadLogs":true}}
std::string EncodeSuccess();                         // {}: an empty body would be a failure
std::string EncodeError(std::string_view sentence);  // {"Err":"..."}

}  // namespace tailrace
