#include "config/host_port.h"

#include <arpa/inet.h>

#include "base/bytes.h"

namespace tailrace {

namespace {

bool IsAddress(int family, const std::string& host) {
  in6_addr address{};  // The larger of the two.
  return inet_pton(family, host.c_str(), &address) == 1;
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const std::optional<uint64_t> port = ParseDecimal(text.substr(colon + 1));
  if (!port || *port == 0 || *port > UINT16_MAX) return std::nullopt;
  HostPort parsed{.host = std::string(text.substr(0, colon)), .port = static_cast<uint16_t>(*port)};
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    parsed.is_v6 = true;
  }
  if (parsed.host == "localhost" && !parsed.is_v6) parsed.host = "127.0.0.1";
  if (parsed.host.find('\0') != parsed.host.npos) return std::nullopt;
  if (parsed.host.empty() && !parsed.is_v6) return parsed;
  if (!IsAddress(parsed.is_v6 ? AF_INET6 : AF_INET, parsed.host)) return std::nullopt;
  return parsed;
}

}  // namespace tailrace
