// HostPort: where to listen: "127.0.0.1:9123", "[::1]:9123", "localhost:9123", ":9123" for all interfaces. Pure; any
// thread. Names are not looked up: a static binary had better not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

struct HostPort {
  std::string host;  // an IP address; empty: all interfaces
  bool is_v6 = false;
  uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

std::optional<HostPort> ParseHostPort(std::string_view text);

}  // namespace tailrace
