// The paths that tell what the plugin is doing: GET /metrics and GET /status. Made by App, for the plugin's socket and
// for `metrics-address`; any connection's thread.
#pragma once

#include <functional>
#include <vector>

#include "api/http.h"
#include "status/snapshot.h"

namespace tailrace {

// `take` outlives the routes, and may be called by any thread.
std::vector<ApiRoute> StatusRoutes(std::function<StatusSnapshot()> take);

}  // namespace tailrace
