#include "config/plugin_options.h"

#include <array>

#include "config/option_value.h"

namespace tailrace {

namespace {

constexpr std::string_view kPrefix = "TAILRACE_";
constexpr std::string_view kCatchAll = "TAILRACE_OPTS";
// Read where they are needed, before there are options.
constexpr std::array<std::string_view, 2> kNotOptions{"TAILRACE_SOCKET", "TAILRACE_ROOT"};

class Reader {
 public:
  Reader(const OptionTable& table, PluginOptions& options) : table_(table), options_(options) {}

  // One variable after another of the same rank; later ones win.
  void TakeVariable(const std::string& name, const std::string& value) {
    const OptionRow* row = table_.FindEnvironment(name);
    if (row != nullptr) return Take(*row, std::string(row->name), name, value);
    std::string option;
    for (char c : std::string_view(name).substr(kPrefix.size())) option += c == '_' ? '-' : c;
    std::string_view nearest = table_.Nearest(option);
    Warn("unknown variable " + ShownName(name) +
         (nearest.empty() ? "" : "; did you mean " + EnvironmentName(nearest) + "?"));
  }

  void TakeWords(std::string_view text) {
    for (const std::string& word : SplitWords(text)) {
      size_t equals = word.find('=');
      if (equals == std::string::npos) {
        Warn("TAILRACE_OPTS: a word without '='; write name=value, and quotes around a value that has blanks");
        continue;
      }
      std::string name = word.substr(0, equals);
      const OptionRow* row = table_.Find(name);
      if (row == nullptr) {
        Warn("TAILRACE_OPTS: " + table_.UnknownSentence("option", name));
      } else {
        Take(*row, name, "TAILRACE_OPTS: " + name, word.substr(equals + 1));
      }
    }
  }

 private:
  void Warn(std::string sentence) { options_.warnings.push_back(std::move(sentence)); }

  // `option` is the row's name, or that of a named slot's option.
  void Take(const OptionRow& row, const std::string& option, const std::string& where, const std::string& value) {
    if (value.empty()) return;  // docker plugin set NAME= : as if it were not there
    Result<uint64_t> number = ParseOptionValue(row, value);
    if (!number.ok()) {
      Warn(where + ": " + number.status().message() + "; it is left at its default");
    } else if (row.scope == OptionScope::kContainer) {
      options_.defaults[option] = value;
    } else {
      Set(row.name, *number);
      if (row.name == "metrics-address") options_.metrics_address = ParseHostPort(value);
    }
  }

  void Set(std::string_view name, uint64_t number) {
    if (name == "spool-limit") options_.spool_limit_bytes = number;
    if (name == "spool-free") options_.spool_free_bytes = number;
    if (name == "spool-sync") options_.spool_sync = Nanos(static_cast<int64_t>(number));
    if (name == "dead-letters-limit") options_.dead_letters_limit_bytes = number;
    if (name == "dead-letters-full") options_.dead_letters_hold_when_full = number == 1;
    if (name == "delivery-memory") options_.delivery_memory_bytes = static_cast<size_t>(number);
    if (name == "log-level") options_.log_level = static_cast<LogLevel>(number);
  }

  const OptionTable& table_;
  PluginOptions& options_;
};

bool IsOption(std::string_view name) {
  if (!name.starts_with(kPrefix) || name == kCatchAll) return false;
  for (std::string_view other : kNotOptions) {
    if (name == other) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (char c : text) {
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  return words;
}

PluginOptions ParsePluginOptions(const OptionTable& table, const Environment& environment) {
  PluginOptions options;
  Reader reader(table, options);
  for (const auto& [name, value] : environment) {
    if (name == kCatchAll) reader.TakeWords(value);
  }
  for (const auto& [name, value] : environment) {
    if (IsOption(name)) reader.TakeVariable(name, value);
  }
  return options;
}

}  // namespace tailrace
