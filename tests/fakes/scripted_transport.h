// ScriptedTransport: a Transport whose server is a function of the test, in virtual time. A request reaches the server
// when it begins; its answer comes when the fake clock has moved so far. Owned by the test; one thread, but for Wake.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <variant>
#include <vector>

#include "sinks/transport.h"
#include "tests/fakes/fake_clock.h"

namespace tailrace {

class ScriptedTransport final : public Transport {
 public:
  struct Request {
    uint64_t number = 0;
    ConnectionSettings settings;
    size_t url = 0;
    HttpRequest http;
    MonoTime started;
  };
  struct Reply {
    std::variant<HttpResponse, HttpFailure> result;
    Nanos after = std::chrono::milliseconds(1);
  };
  using Server = std::function<Reply(const Request&)>;

  ScriptedTransport(FakeClock& clock, Server server) : clock_(clock), server_(std::move(server)) {}

  uint64_t Start(const ConnectionSettings& settings, size_t url, HttpRequest request,
                 size_t response_bytes_max) override;
  void Cancel(uint64_t request) override { pending_.erase(request); }
  // When nothing is complete and nobody has called Wake, moves the clock to the next completion, or to `deadline` if
  // that is earlier (kNever: not at all).
  std::vector<HttpCompletion> Poll(MonoTime deadline) override;
  void Wake() override { is_woken_ = true; }

  size_t in_flight() const { return pending_.size(); }
  size_t in_flight_max() const { return in_flight_max_; }
  // Everything that was ever started, bodies included.
  const std::vector<Request>& requests() const { return requests_; }
  void ForgetRequests() { requests_.clear(); }
  bool keeps_requests = true;

 private:
  struct Pending {
    Reply reply;
    MonoTime due;
  };

  FakeClock& clock_;
  const Server server_;
  std::map<uint64_t, Pending> pending_;
  std::vector<Request> requests_;
  uint64_t next_ = 1;
  size_t in_flight_max_ = 0;
  std::atomic<bool> is_woken_ = false;
};

}  // namespace tailrace
