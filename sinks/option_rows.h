// Rows as kinds of destinations need them; for the tables of their options. Constants; any thread.
#pragma once

#include <span>
#include <string_view>

#include "config/option.h"

namespace tailrace {

constexpr OptionRow ConnectionRow(std::string_view name, std::string_view help) {
  return {.name = name, .use = OptionUse::kConnection, .help = help};
}

constexpr OptionRow SecretRow(std::string_view name, std::string_view help) {
  return {.name = name, .use = OptionUse::kConnection, .help = help, .secret = true};
}

constexpr OptionRow FileRow(std::string_view name, std::string_view help) {
  return {.name = name, .use = OptionUse::kConnection, .type = OptionType::kPath, .help = help};
}

// An address. It may hold a password: never shown.
constexpr OptionRow UrlRow(std::string_view name, std::string_view help) {
  return {.name = name, .use = OptionUse::kConnection, .type = OptionType::kUrl, .help = help, .secret = true};
}

constexpr OptionRow ChoiceRow(std::string_view name, std::string_view default_value,
                              std::span<const std::string_view> choices, std::string_view help) {
  return {.name = name,
          .use = OptionUse::kConnection,
          .type = OptionType::kEnum,
          .default_value = default_value,
          .choices = choices,
          .help = help};
}

}  // namespace tailrace
