// The reference of all options, from the table: what `tailrace options` prints. Pure; any thread.
#pragma once

#include <string>

#include "config/option_table.h"

namespace tailrace {

std::string ReferenceText(const OptionTable& table);
std::string ReferenceMarkdown(const OptionTable& table);

}  // namespace tailrace
