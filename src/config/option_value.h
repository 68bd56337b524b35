// Option values: reading the forms in which options are written. Pure; any thread.
// Messages say what is wrong and what to write instead, and never hold the value, which may be a secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "config/option.h"

namespace tailrace {

// "20m", "20 MB", "1.5g", "20MiB", "1000". k, m, g, t and p are powers of 1000 (Docker's reading of max-size), with an
// "i" powers of 1024. Nothing when it is no size or beyond 64 bits.
std::optional<uint64_t> ParseBytes(std::string_view text);

// "5s", "100ms", "1m30s", "1.5h", "0". Without a sign. Nothing when it is none or beyond 64 bits of nanoseconds.
std::optional<Nanos> ParseDuration(std::string_view text);

// Go's strconv.ParseBool.
std::optional<bool> ParseGoBool(std::string_view text);

// The value as a number: bytes, a count, nanoseconds, 0 or 1, the place of a choice; 0 for types that are text.
// kInvalid when the row does not take it.
Result<uint64_t> ParseOptionValue(const OptionRow& row, std::string_view value);

}  // namespace tailrace
