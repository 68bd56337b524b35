#include "config/option_value.h"

#include <array>
#include <cmath>
#include <string>

#include "base/bytes.h"
#include "config/host_port.h"
#include "config/label_filter.h"
#include "config/tag_template.h"

namespace tailrace {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A decimal number without a sign, with or without a fraction, at the head of `text`; takes it away.
std::optional<long double> TakeNumber(std::string_view& text) {
  long double value = 0;
  long double scale = 1;
  size_t digits = 0;
  bool in_fraction = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !in_fraction) {
      in_fraction = true;
    } else if (IsDigit(text[i])) {
      value = value * 10 + (text[i] - '0');
      if (in_fraction) scale *= 10;
      ++digits;
    } else {
      break;
    }
  }
  if (digits == 0 || digits > 30) return std::nullopt;
  text.remove_prefix(i);
  return value / scale;
}

// Rounded to the nearest; nothing from 2^63 on, so that signed and unsigned readers are both safe.
std::optional<uint64_t> ToWhole(long double value) {
  if (!(value < 9223372036854775807.0L)) return std::nullopt;
  return static_cast<uint64_t>(value + 0.5L);
}

struct TimeUnit {
  std::string_view name;
  long double nanos;
};
// Longer names before their prefixes.
constexpr std::array<TimeUnit, 8> kTimeUnits{{{"ns", 1},
                                              {"us", 1e3L},
                                              {"\xc2\xb5s", 1e3L},
                                              {"\xce\xbcs", 1e3L},
                                              {"ms", 1e6L},
                                              {"s", 1e9L},
                                              {"m", 60e9L},
                                              {"h", 3600e9L}}};

std::optional<long double> TakeTimeUnit(std::string_view& text) {
  for (const TimeUnit& unit : kTimeUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.nanos;
  }
  return std::nullopt;
}

std::string BoundsSentence(const OptionRow& row, std::string_view unit) {
  std::string sentence = "out of range; write ";
  if (row.max == UINT64_MAX) return sentence + "at least " + std::to_string(row.min) + std::string(unit);
  sentence += "a value from " + std::to_string(row.min) + " to " + std::to_string(row.max);
  return sentence + std::string(unit);
}

Result<uint64_t> Bounded(const OptionRow& row, std::optional<uint64_t> value, std::string_view form) {
  if (!value) return Invalid(std::string(form));
  if (*value >= row.min && *value <= row.max) return *value;
  if (row.type != OptionType::kDuration) {
    return Invalid(BoundsSentence(row, row.type == OptionType::kBytes ? " bytes" : ""));
  }
  constexpr uint64_t kNanosPerSecond = 1'000'000'000;
  return Invalid("out of range; write a time from " + std::to_string(row.min / kNanosPerSecond) + "s to " +
                 std::to_string(row.max / kNanosPerSecond) + "s");
}

Result<uint64_t> ParseChoice(const OptionRow& row, std::string_view value) {
  std::string sentence = "unknown choice; write ";
  for (size_t i = 0; i < row.choices.size(); ++i) {
    if (row.choices[i] == value) return i;
    if (i > 0) sentence += i + 1 == row.choices.size() ? " or " : ", ";
    sentence += row.choices[i];
  }
  return Invalid(std::move(sentence));
}

Result<uint64_t> ParseBoolValue(std::string_view value) {
  std::optional<bool> truth = ParseGoBool(value);
  if (!truth) return Invalid("neither true nor false; write true or false");
  return *truth ? uint64_t{1} : uint64_t{0};
}

Result<uint64_t> ParseDurationValue(const OptionRow& row, std::string_view value) {
  std::optional<Nanos> duration = ParseDuration(value);
  std::optional<uint64_t> nanos;
  if (duration) nanos = static_cast<uint64_t>(duration->count());
  return Bounded(row, nanos, "not a time; write a number with its unit, such as 100ms, 5s or 1m");
}

Result<uint64_t> CheckUrl(std::string_view value) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (value.starts_with(scheme) && value.size() > scheme.size() && value[scheme.size()] != '/') return uint64_t{0};
  }
  return Invalid("not a URL; write https://host:port");
}

Result<uint64_t> Accept(const Status& status) {
  if (!status.ok()) return status;
  return uint64_t{0};
}

}  // namespace

std::string EnvironmentName(std::string_view option_name) {
  std::string name = "TAILRACE_";
  for (char c : option_name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    name += c == '-' || c == '.' ? '_' : c;
  }
  return name;
}

std::optional<uint64_t> ParseBytes(std::string_view text) {
  std::optional<long double> number = TakeNumber(text);
  if (!number) return std::nullopt;
  if (text.starts_with(' ')) text.remove_prefix(1);
  std::string unit;
  for (char c : text) unit += Lower(c);
  if (unit.ends_with('b')) unit.pop_back();
  long double base = 1000;
  if (unit.size() == 2 && unit.ends_with('i')) {
    base = 1024;
    unit.pop_back();
  }
  if (unit.empty()) return ToWhole(*number);
  constexpr std::string_view kPrefixes = "kmgtp";
  size_t power = unit.size() == 1 ? kPrefixes.find(unit[0]) : std::string_view::npos;
  if (power == std::string_view::npos) return std::nullopt;
  return ToWhole(*number * std::pow(base, static_cast<long double>(power + 1)));
}

std::optional<Nanos> ParseDuration(std::string_view text) {
  if (text == "0") return Nanos(0);
  if (text.empty()) return std::nullopt;
  long double nanos = 0;
  while (!text.empty()) {
    std::optional<long double> number = TakeNumber(text);
    if (!number) return std::nullopt;
    std::optional<long double> unit = TakeTimeUnit(text);
    if (!unit) return std::nullopt;
    nanos += *number * *unit;
  }
  std::optional<uint64_t> whole = ToWhole(nanos);
  if (!whole) return std::nullopt;
  return Nanos(static_cast<int64_t>(*whole));
}

std::optional<bool> ParseGoBool(std::string_view text) {
  for (std::string_view word : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == word) return true;
  }
  for (std::string_view word : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

Result<uint64_t> ParseOptionValue(const OptionRow& row, std::string_view value) {
  if (value.size() > kOptionValueBytesMax) return Invalid("too long; write at most 64 KiB");
  switch (row.type) {
    case OptionType::kBytes:
      return Bounded(row, ParseBytes(value), "not a size; write a number with k, m or g, such as 20m");
    case OptionType::kCount:
      return Bounded(row, ParseDecimal(value), "not a whole number; write digits only, such as 5");
    case OptionType::kDuration: return ParseDurationValue(row, value);
    case OptionType::kBool: return ParseBoolValue(value);
    case OptionType::kEnum: return ParseChoice(row, value);
    case OptionType::kText:
    case OptionType::kList: return uint64_t{0};
    case OptionType::kRegex: return Accept(CheckRegex(value));
    case OptionType::kTag: return Accept(TagTemplate::Check(value));
    case OptionType::kUrl: return CheckUrl(value);
    case OptionType::kAddress:
      if (!ParseHostPort(value)) {
        return Invalid("not an address to listen at; write one with its port, such as 127.0.0.1:9123, or :9123 for all");
      }
      return uint64_t{0};
    case OptionType::kPath:
      if (!value.starts_with('/')) return Invalid("not an absolute path; write one that begins with /");
      return uint64_t{0};
  }
  return Invalid("not an option's type");
}

}  // namespace tailrace
