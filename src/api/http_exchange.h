// HttpExchange: the one request of a connection and its answer. cpp-httplib reads the head and writes the answer's; the
// socket, the body, the limits and the waiting are ours, for its own server answers eight streams and then nobody.
// Its header is included in http_exchange.cc alone. Runs on the connection's thread.
#pragma once

#include <vector>

#include "api/client_socket.h"
#include "api/http.h"
#include "base/clock.h"

namespace tailrace {

inline constexpr size_t kRequestBodyBytesMax = 4 * 1024 * 1024;
inline constexpr Nanos kRequestTimeMax = std::chrono::seconds(10);  // from its first byte to its last

// What the exchange asks of its server. Any thread.
class ExchangeHost {
 public:
  virtual ~ExchangeHost() = default;
  // The connection is to stream: it counts as a stream from now on. False when there are too many.
  virtual bool TakeStreamPlace() = 0;
  virtual bool is_stopping() = 0;
};

// Every answer says `Connection: close`: dockerd would otherwise send a request over an idle connection just as we
// close it, and repeat it without its body. Requests that cannot be understood get a 4xx with {"Err": …}; a client that
// closes before its request is whole gets nothing.
void ServeExchange(ClientSocket& socket, const std::vector<ApiRoute>& routes, ExchangeHost& host, Clock& clock);

}  // namespace tailrace
