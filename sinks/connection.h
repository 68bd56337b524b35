// ConnectionSettings: how a destination is reached: what its *connection* options say, secrets looked up. Two streams
// with equal settings share a destination. A value; compare, never print: it holds secrets.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sinks/http_message.h"

namespace tailrace {

struct ConnectionSettings {
  std::vector<std::string> urls;      // scheme://host[:port][/prefix], without credentials
  std::vector<HttpHeader> headers;    // on every request, authorization included
  bool tls_verify = true;
  std::string ca_pem;                 // empty: the system's bundle
  std::string cert_pem;               // client certificate and its key
  std::string key_pem;
  bool gzip = true;
  bool ordered = false;               // one request in flight a stream
  // Everything else that makes connections differ, by option name (an es-ids, an http-method).
  std::map<std::string, std::string> other;
  friend bool operator==(const ConnectionSettings&, const ConnectionSettings&) = default;
  friend auto operator<=>(const ConnectionSettings&, const ConnectionSettings&) = default;
};

}  // namespace tailrace
