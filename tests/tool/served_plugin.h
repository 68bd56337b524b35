// ServedPlugin: a server that tells a snapshot as a plugin does. Owned by the test, which may change the snapshot between
// calls.
#pragma once

#include <memory>
#include <string>

#include "api/http_server.h"
#include "api/status_routes.h"
#include "base/mutex.h"
#include "tests/fakes/memory_log.h"
#include "tests/status/sample_snapshot.h"

namespace tailrace {

class ServedPlugin {
 public:
  explicit ServedPlugin(const std::string& socket, std::vector<ApiRoute> more = {}) {
    std::vector<ApiRoute> routes = StatusRoutes([this] {
      MutexLock lock(mu_);
      ++asked_;
      snapshot_.now.ns += 1'000'000'000;
      snapshot_.delivery.destinations.front().delivered += 100;
      return snapshot_;
    });
    for (ApiRoute& route : more) routes.push_back(std::move(route));
    Result<std::unique_ptr<Listener>> listener = Listener::Open(socket);
    CHECK(listener.ok());
    server_ = std::make_unique<HttpServer>(std::move(*listener), std::move(routes), clock_, log_);
    server_->Start();
  }
  void Set(const StatusSnapshot& snapshot) {
    MutexLock lock(mu_);
    snapshot_ = snapshot;
  }
  int asked() {
    MutexLock lock(mu_);
    return asked_;
  }

 private:
  SystemClock clock_;
  MemoryLog log_;
  Mutex mu_;
  StatusSnapshot snapshot_ GUARDED_BY(mu_) = SampleSnapshot();
  int asked_ GUARDED_BY(mu_) = 0;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace tailrace
