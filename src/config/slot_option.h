// SlotOption: a destination's option as it was written, taken apart. "es-url" belongs to the slot "es"; a second
// destination of a kind is a named slot: "http.audit-url" belongs to "http.audit" and means there what "http-url" means.
// A value; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

inline constexpr size_t kSlotNameBytesMax = 32;  // of what follows the dot

struct SlotOption {
  std::string slot;   // "http.audit"
  std::string plain;  // "http-url": the name of its row
};

// Nothing when `name` has no dot before its first hyphen, or what lies between is not 1 to 32 of a-z, 0-9 and _.
std::optional<SlotOption> ParseNamedSlotOption(std::string_view name);

}  // namespace tailrace
