// TransportFixture: a CurlTransport against TestHttpServers. Owned by gtest.
#pragma once

#include <gtest/gtest.h>

#include <csignal>

#include "sinks/curl_transport.h"
#include "tests/sinks/test_http_server.h"

namespace tailrace {

class TransportFixture : public testing::Test {
 protected:
  TransportFixture() { std::signal(SIGPIPE, SIG_IGN); }

  static ConnectionSettings To(const std::string& url) {
    ConnectionSettings settings;
    settings.urls = {url};
    return settings;
  }
  static HttpRequest Request(std::string body) {
    HttpRequest request;
    request.path = "/_bulk?x=y";
    request.headers = {{"Content-Type", "application/x-ndjson"}};
    request.body = std::move(body);
    return request;
  }
  // One completion; fails the test after a while.
  CurlRequest::Result Await(CurlTransport& transport, uint64_t number) {
    const MonoTime deadline = clock_.Now() + std::chrono::seconds(60);
    while (clock_.Now() < deadline) {
      for (HttpCompletion& completion : transport.Poll(deadline)) {
        if (completion.request == number) return std::move(completion.result);
      }
    }
    ADD_FAILURE() << "no completion";
    return HttpFailure{};
  }
  CurlRequest::Result Post(CurlTransport& transport, const ConnectionSettings& settings, std::string body,
                           size_t response_bytes_max = 1024) {
    return Await(transport, transport.Start(settings, 0, Request(std::move(body)), response_bytes_max));
  }
  CurlRequest::Result Post(const std::string& url, std::string body, size_t response_bytes_max = 1024) {
    return Post(transport_, To(url), std::move(body), response_bytes_max);
  }
  static HttpResponse Response(CurlRequest::Result result) {
    const auto* failure = std::get_if<HttpFailure>(&result);
    EXPECT_EQ(failure, nullptr) << failure->message;
    return failure == nullptr ? std::get<HttpResponse>(std::move(result)) : HttpResponse{};
  }
  static HttpFailure Failure(CurlRequest::Result result) {
    const auto* response = std::get_if<HttpResponse>(&result);
    EXPECT_EQ(response, nullptr) << response->status;
    return response == nullptr ? std::get<HttpFailure>(std::move(result)) : HttpFailure{};
  }

  // Impatient, so that no test takes long.
  static CurlLimits Limits() {
    return {.connect_max = std::chrono::milliseconds(500),
            .stall_max = std::chrono::seconds(1),
            .total_max = std::chrono::seconds(4),
            .header_bytes_max = 16 * 1024};
  }

  SystemClock clock_;
  CurlTransport transport_{clock_, "", Limits()};
};

}  // namespace tailrace
