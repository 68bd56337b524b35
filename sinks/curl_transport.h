// CurlTransport: Transport by libcurl's multi interface: HTTP/1.1, kept connections, TLS from 1.2 on with sessions
// resumed, proxies by the usual environment (https_proxy, no_proxy). Owned by Delivery, used by its thread alone, but
// for Wake. The process must ignore SIGPIPE.
//
// What it does not do: retry, but for a request on a kept connection that turned out to be dead, which libcurl sends
// again by itself, and for one same-origin redirect (307, 308); decompress; follow anything else; keep cookies.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "sinks/curl_request.h"
#include "sinks/transport.h"

namespace tailrace {

class CurlTransport final : public Transport {
 public:
  // `ca_bundle` is the file of the authorities that are trusted where a connection names none.
  CurlTransport(Clock& clock, std::string ca_bundle, CurlLimits limits = {});
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  uint64_t Start(const ConnectionSettings& settings, size_t url, HttpRequest request,
                 size_t response_bytes_max) override;
  void Cancel(uint64_t request) override;
  std::vector<HttpCompletion> Poll(MonoTime deadline) override;
  void Wake() override;

 private:
  static constexpr size_t kRoutesMax = 1024;

  struct Running {
    std::unique_ptr<CurlRequest> request;
    bool is_redirected = false;
    bool is_rerouted = false;
  };
  void Launch(uint64_t number, Running running);
  std::vector<HttpCompletion> Collect();
  // A request that is over; nothing when it goes on in another way.
  void Settle(uint64_t number, int code, std::vector<HttpCompletion>& completions);
  bool SendElsewhere(uint64_t number, Running& running, int code);
  void RememberRoute(const CurlRequest& request, int code);
  void Wait(Nanos time);

  Clock& clock_;
  CurlContext context_;
  void* multi_ = nullptr;  // CURLM
  std::map<uint64_t, Running> running_;
  std::map<void*, uint64_t> numbers_;  // by CURL
  uint64_t next_number_ = 1;
  // By origin: the address that answered last, for when the name does not resolve any more. Bounded: beyond kRoutesMax
  // it begins anew.
  std::map<std::string, std::string> routes_;
  bool is_address_doubtful_ = false;  // since a connection failed
  std::atomic<bool> is_woken_{false};
};

}  // namespace tailrace
