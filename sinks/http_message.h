// HttpRequest, HttpResponse, HttpFailure: what sinks and the transport exchange. Values; no I/O.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

using HttpHeader = std::pair<std::string, std::string>;

// ASCII case ignored.
bool IsSameHeaderName(std::string_view a, std::string_view b);

struct HttpRequest {
  std::string method = "POST";
  std::string path;                  // below the connection's URL, with query; may be empty
  std::vector<HttpHeader> headers;   // without those of the connection (authorization, user headers)
  std::string body;                  // as it goes out: compressed already if a header says so
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  // The value of the first header of that name, ASCII case ignored; empty if there is none.
  std::string_view Header(std::string_view name) const;
};

// No answer that could be read whole.
struct HttpFailure {
  // False only if not a byte of the body was sent: then surely nothing was delivered. True: the outcome is unknown.
  bool maybe_delivered = true;
  // The server's name could not be resolved, nobody listened, TLS was refused: tells a dead host from a slow one.
  bool is_connect = false;
  // The answer was larger than its bound: smaller requests have smaller answers.
  bool is_answer_too_large = false;
  std::string message = {};  // why, for a human; without the address that was asked for, and without credentials
};

}  // namespace tailrace
