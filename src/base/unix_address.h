// The address of a socket in the file system. Pure; any thread.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace tailrace {

// kInvalid when the path is empty or too long; the sentence begins with `doing`: "listen on".
Result<sockaddr_un> UnixAddress(std::string_view doing, const std::string& path);

// As the calls of sockets take it.
inline const sockaddr* Generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace tailrace
