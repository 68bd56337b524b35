// RetryAfter: how long a server asks us to stay away. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tailrace {

// Nobody is taken seriously beyond this.
inline constexpr Nanos kRetryAfterMax = std::chrono::minutes(10);

// `value` of a Retry-After header: seconds, or a date, which is compared with `date`, the answer's own Date header: the
// server's clock with the server's clock. Between 0 and kRetryAfterMax; nothing when it is neither, or negative.
std::optional<Nanos> ParseRetryAfter(std::string_view value, std::string_view date);

// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers may make (RFC 9110).
std::optional<int64_t> ParseHttpDate(std::string_view text);

}  // namespace tailrace
