#include "sinks/slots.h"

#include <algorithm>
#include <set>

#include "config/slot_option.h"

namespace tailrace {

namespace {

// The slot that an option belongs to, and its plain name; empty for options of no destination.
SlotOption SlotOptionOf(std::span<const SinkKind> kinds, const std::string& name) {
  SlotOption option = ParseNamedSlotOption(name).value_or(SlotOption{name.substr(0, name.find('-')), name});
  const SinkKind* kind = KindOfSlot(kinds, option.slot);
  if (kind == nullptr) return {};
  const bool is_known = std::any_of(kind->options.begin(), kind->options.end(),
                                    [&](const OptionRow& row) { return row.name == option.plain; });
  return is_known ? option : SlotOption{};
}

std::map<std::string, bool> FindSlots(std::span<const SinkKind> kinds, const OptionValues& values) {
  std::map<std::string, bool> slots;  // true: it has its activating option
  for (const auto& [name, value] : values) {
    const SlotOption option = SlotOptionOf(kinds, name);
    if (option.slot.empty() || value.empty()) continue;
    slots[option.slot] |= option.plain == KindOfSlot(kinds, option.slot)->activating_option;
  }
  return slots;
}

}  // namespace

const SinkKind* KindOfSlot(std::span<const SinkKind> kinds, std::string_view slot) {
  const std::string_view name = slot.substr(0, slot.find('.'));
  auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const SinkKind& k) { return k.name == name; });
  return kind == kinds.end() ? nullptr : &*kind;
}

std::vector<std::string> SlotsIn(std::span<const SinkKind> kinds, const OptionValues& values) {
  std::vector<std::string> slots;
  for (const auto& [slot, is_active] : FindSlots(kinds, values)) {
    if (is_active) slots.push_back(slot);
  }
  return slots;
}

std::vector<std::string> UnfinishedSlotsIn(std::span<const SinkKind> kinds, const OptionValues& values) {
  std::vector<std::string> slots;
  for (const auto& [slot, is_active] : FindSlots(kinds, values)) {
    if (!is_active) slots.push_back(slot);
  }
  return slots;
}

std::string NameInSlot(const SinkKind& kind, const std::string& slot, std::string_view plain) {
  return slot + std::string(plain.substr(kind.name.size()));
}

SlotOptions OptionsOfSlot(const SinkKind& kind, const std::string& slot, const OptionValues& values) {
  SlotOptions options;
  options.slot = slot;
  for (const OptionRow& row : kind.options) {
    auto value = values.find(NameInSlot(kind, slot, row.name));
    if (value != values.end() && !value->second.empty()) {
      options.values[std::string(row.name)] = value->second;
    } else if (!row.default_value.empty()) {
      options.values[std::string(row.name)] = row.default_value;
    }
  }
  return options;
}

}  // namespace tailrace
