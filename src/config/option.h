// OptionRow: one option as the table knows it: its name, who sets it, what its value must look like. Every option of
// tailrace is such a row, and parsing, checking, inheritance, help and reference come from it. Values; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tailrace {

enum class OptionScope {
  kContainer,  // --log-opt of a container; the plugin's environment gives a default
  kPlugin,     // the plugin's environment only
};

// What an option decides about delivery.
enum class OptionUse {
  kNone,        // nothing
  kConnection,  // streams with equal values share a destination
  kRecord,      // how a line becomes a record
};

enum class OptionType {
  kBytes,     // 20m: decimal, as Docker's max-size; 20MiB: binary
  kCount,     // a whole number
  kDuration,  // Go's form: 5s, 100ms, 1m30s; 0
  kBool,      // Go's forms: 1 t T true TRUE True 0 f F false FALSE False
  kEnum,      // one of `choices`
  kText,      // anything
  kList,      // names, separated by commas, blanks belonging to them
  kRegex,     // RE2
  kTag,       // a tag template
  kUrl,       // http:// or https://
  kAddress,   // an IP address and a port, or a port alone: ":9123"
  kPath,      // absolute, as the plugin sees it
};

struct OptionRow {
  std::string_view name = {};
  OptionScope scope = OptionScope::kContainer;
  OptionUse use = OptionUse::kNone;
  OptionType type = OptionType::kText;
  std::string_view default_value = {};  // in the option's own form; empty: none
  std::string_view default_words = {};  // what the reference says when default_value is empty
  uint64_t min = 0;                     // bounds of kBytes, kCount and, in nanoseconds, kDuration; inclusive
  uint64_t max = UINT64_MAX;
  std::span<const std::string_view> choices = {};  // of kEnum
  std::string_view help = {};                      // one line, without a full stop
  bool secret = false;                             // the value is never shown
};

inline constexpr size_t kOptionValueBytesMax = 64 * 1024;

// "TAILRACE_MAX_SIZE" for "max-size": the entry of the plugin's environment that sets the option or its default.
std::string EnvironmentName(std::string_view option_name);

}  // namespace tailrace
