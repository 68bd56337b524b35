// CurlRequest: one request on its way through libcurl: what is sent, what has come back so far, and what that means
// when it is over. Owned by CurlTransport; its thread alone. libcurl keeps pointers into it: it never moves.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "sinks/connection.h"
#include "sinks/curl_handles.h"
#include "sinks/http_message.h"

namespace tailrace {

// How patient requests are, and how long connections live.
struct CurlLimits {
  Nanos connect_max = std::chrono::seconds(5);   // name, connection and TLS together
  Nanos stall_max = std::chrono::seconds(30);    // almost nothing moved, the first byte of an answer included
  Nanos total_max = std::chrono::seconds(90);
  Nanos idle_max = std::chrono::seconds(50);     // load balancers drop at 60
  Nanos age_max = std::chrono::minutes(5);       // so that changed addresses are seen; give or take a tenth
  Nanos name_max = std::chrono::seconds(30);     // how long an address is believed
  size_t header_bytes_max = 64 * 1024;           // of all answers to a request, 1xx included
};

// What a request of this transport has in common with all others.
struct CurlContext {
  CurlLimits limits;
  std::string ca_bundle;   // a file; for connections that name no CA. Empty: what libcurl was built with
  std::string user_agent;
  void* share = nullptr;   // CURLSH: TLS sessions are resumed across requests
  CurlHandles handles;
};

class CurlRequest {
 public:
  using Result = std::variant<HttpResponse, HttpFailure>;

  // `serial` spreads the ages of connections.
  CurlRequest(CurlContext& context, ConnectionSettings settings, std::string url, HttpRequest request,
              size_t response_bytes_max);
  ~CurlRequest();
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  void* easy() const { return easy_; }  // CURL
  // The name was asked for just before and led nowhere: believe no address that is kept.
  void ForgetAddress();
  // Where the server's name did not resolve: an address that worked before, "host:port:address:port".
  void ConnectTo(const std::string& route);
  void SpreadAge(uint64_t serial, Nanos age_max);

  // What became of it; `code` is libcurl's CURLcode. Once, at the end.
  Result Finish(int code);
  // Same-origin 307 or 308: where to send it again.
  std::optional<std::string> Redirect() const;
  // Takes the request back, to be sent elsewhere.
  HttpRequest TakeRequest() { return std::move(request_); }
  const ConnectionSettings& settings() const { return settings_; }
  const std::string& url() const { return url_; }
  size_t response_bytes_max() const { return response_bytes_max_; }
  // "host:port:address:port" of the connection it used, empty when it had none or went through a proxy.
  std::string Route() const;

 private:
  static size_t OnHeader(char* text, size_t size, size_t count, void* self);
  static size_t OnBody(char* text, size_t size, size_t count, void* self);
  static int OnAttempt(void* self, char*, char*, int, int);

  void SetTransfer(const CurlContext& context);
  void SetBody();
  void SetHeaders();
  void SetTls(const CurlContext& context);
  void TakeHeader(std::string_view line);
  bool IsAnsweredEarly(int status) const;
  HttpFailure Failure(int code) const;

  const ConnectionSettings settings_;
  const std::string url_;
  HttpRequest request_;
  const size_t response_bytes_max_;
  const size_t header_bytes_max_;

  CurlHandles& handles_;
  void* easy_ = nullptr;
  void* headers_ = nullptr;       // curl_slist
  void* route_ = nullptr;         // curl_slist
  char error_[256] = {};          // CURL_ERROR_SIZE
  HttpResponse response_;
  size_t header_bytes_ = 0;
  size_t attempts_ = 0;           // libcurl itself repeats a request when a kept connection turns out to be dead
  bool is_header_complete_ = false;
  bool is_too_large_ = false;
  bool is_handle_good_ = false;   // the request ended well: its handle may be used again
};

}  // namespace tailrace
