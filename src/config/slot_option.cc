#include "config/slot_option.h"

#include <algorithm>

namespace tailrace {

std::optional<SlotOption> ParseNamedSlotOption(std::string_view name) {
  const size_t hyphen = name.find('-');
  const size_t dot = name.substr(0, hyphen).find('.');
  if (hyphen == name.npos || dot == name.npos || dot == 0) return std::nullopt;
  const std::string_view own = name.substr(dot + 1, hyphen - dot - 1);
  auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (own.empty() || own.size() > kSlotNameBytesMax || !std::all_of(own.begin(), own.end(), is_allowed)) {
    return std::nullopt;
  }
  SlotOption option;
  option.slot = name.substr(0, hyphen);
  option.plain = std::string(name.substr(0, dot)) + std::string(name.substr(hyphen));
  return option;
}

}  // namespace tailrace
