#include "base/unix_address.h"

#include <cstring>

namespace tailrace {

Result<sockaddr_un> UnixAddress(std::string_view doing, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Invalid(std::string(doing) + " '" + path + "': a socket's path has 1 to " +
                   std::to_string(sizeof(address.sun_path) - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

}  // namespace tailrace
