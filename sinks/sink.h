// SinkKind: what a kind of destination contributes to tailrace. A value; any thread.
#pragma once

#include <span>
#include <string_view>

#include "config/option.h"

namespace tailrace {

struct SinkKind {
  std::string_view name;  // also the prefix of its options, and the name of its first slot
  std::span<const OptionRow> options;
};

}  // namespace tailrace
