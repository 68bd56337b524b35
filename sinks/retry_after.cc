#include "sinks/retry_after.h"

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

constexpr std::string_view kDateForm = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only, at most `max`; -1 if not.
int64_t Number(std::string_view text, int64_t max) {
  int64_t value = 0;
  for (char c : text) {
    if (!IsDigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value <= max ? value : -1;
}

// Days since 1970 of a day in the Gregorian calendar.
int64_t DaysOf(int64_t year, int64_t month, int64_t day) {
  if (month <= 2) --year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

}  // namespace

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  text = Trimmed(text);
  if (text.size() != kDateForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  for (size_t i : {size_t{3}, size_t{4}, size_t{7}, size_t{11}, size_t{16}, size_t{19}, size_t{22}}) {
    if (text[i] != kDateForm[i]) return std::nullopt;
  }
  const auto* month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const int64_t day = Number(text.substr(5, 2), 31);
  const int64_t year = Number(text.substr(12, 4), 9999);
  const int64_t hour = Number(text.substr(17, 2), 23);
  const int64_t minute = Number(text.substr(20, 2), 59);
  const int64_t second = Number(text.substr(23, 2), 60);
  if (month == kMonths.end() || day < 1 || year < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return DaysOf(year, month - kMonths.begin() + 1, day) * 86'400 + hour * 3600 + minute * 60 + second;
}

std::optional<Nanos> ParseRetryAfter(std::string_view value, std::string_view date) {
  value = Trimmed(value);
  if (value.empty()) return std::nullopt;
  constexpr int64_t kSecondsMax = std::chrono::duration_cast<std::chrono::seconds>(kRetryAfterMax).count();
  if (std::all_of(value.begin(), value.end(), IsDigit)) {
    while (value.size() > 1 && value.front() == '0') value.remove_prefix(1);
    if (value.size() > 9) return kRetryAfterMax;
    return std::chrono::seconds(std::min(Number(value, INT64_MAX), kSecondsMax));
  }
  const std::optional<int64_t> until = ParseHttpDate(value);
  const std::optional<int64_t> now = ParseHttpDate(date);
  if (!until || !now || *until < *now) return std::nullopt;
  return std::chrono::seconds(std::min(*until - *now, kSecondsMax));
}

}  // namespace tailrace
