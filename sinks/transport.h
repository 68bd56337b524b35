// Transport: the seam to HTTP. Production: CurlTransport (curl_multi, one thread); tests: ScriptedTransport. Owned by
// Delivery, used by its thread alone, but for Wake.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "sinks/connection.h"
#include "sinks/http_message.h"

namespace tailrace {

struct HttpCompletion {
  uint64_t request = 0;  // the number that Start gave
  std::variant<HttpResponse, HttpFailure> result;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Begins a request to settings.urls[url] and returns its number. `settings` is copied as far as needed. The answer's
  // body is bounded by `response_bytes_max`; beyond it the request fails with maybe_delivered.
  virtual uint64_t Start(const ConnectionSettings& settings, size_t url, HttpRequest request,
                         size_t response_bytes_max) = 0;
  // Forgets a request; its completion never comes.
  virtual void Cancel(uint64_t request) = 0;
  // Waits until a request is complete, Wake was called, or `deadline`; returns what is complete.
  virtual std::vector<HttpCompletion> Poll(MonoTime deadline) = 0;
  // Makes the present or the next Poll return. Any thread.
  virtual void Wake() = 0;
};

}  // namespace tailrace
