// Slots: which destinations a container's options name, and the options of each. A slot is the name of a destination within
// a container: "es", "http", "http.audit". Pure; any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/sink.h"

namespace tailrace {

// Values by the names they were given under.
using OptionValues = std::map<std::string, std::string>;

// The kind of destination that a slot is of; nullptr: none of these.
const SinkKind* KindOfSlot(std::span<const SinkKind> kinds, std::string_view slot);

// The slots whose activating option is set, sorted.
std::vector<std::string> SlotsIn(std::span<const SinkKind> kinds, const OptionValues& values);

// The slots that have options, but not the one that makes a destination of them.
std::vector<std::string> UnfinishedSlotsIn(std::span<const SinkKind> kinds, const OptionValues& values);

// The options of one slot by their plain names, the rows' defaults filled in.
SlotOptions OptionsOfSlot(const SinkKind& kind, const std::string& slot, const OptionValues& values);

// "http.audit-url" for the plain "http-url" of slot "http.audit".
std::string NameInSlot(const SinkKind& kind, const std::string& slot, std::string_view plain);

}  // namespace tailrace
