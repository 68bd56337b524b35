// Checks of a StartRequest before anything is done with it: its names become names of files. Pure; any thread.
#pragma once

#include <string_view>

#include "base/status.h"
#include "driver/container_info.h"

namespace tailrace {

inline constexpr size_t kContainerIdBytesMax = 128;  // Docker's have 64
inline constexpr size_t kFifoNameBytesMax = 200;     // Docker's have 64

// kInvalid unless it is letters, digits, '_', '-' and '.', not beginning with a '.', and not too long.
Status CheckContainerId(std::string_view id);
// kInvalid unless it is absolute, with a last part that can be the name of a file of ours.
Status CheckFifoPath(std::string_view path);

Status CheckStartRequest(const StartRequest& request);

}  // namespace tailrace
