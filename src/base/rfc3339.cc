#include "base/rfc3339.h"

namespace tailrace {

namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Reads text from left to right; once something is not as expected everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int Digits(size_t count) {
    int value = 0;
    for (size_t i = 0; i < count; ++i) value = value * 10 + Digit();
    return value;
  }
  char OneOf(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return Fail();
    char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  bool Take(char c) { return !text_.empty() && text_.front() == c && OneOf({&c, 1}) != 0; }
  bool AtDigit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  void Require(bool condition) { ok_ = ok_ && condition; }
  bool FinishedWell() const { return ok_ && text_.empty(); }

 private:
  int Digit() {
    char c = OneOf("0123456789");
    return c == 0 ? 0 : c - '0';
  }
  char Fail() {
    ok_ = false;
    return 0;
  }

  std::string_view text_;
  bool ok_ = true;
};

bool IsLeap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int DaysIn(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// Days since 1970-01-01 in the Gregorian calendar, which is taken to have been in force always.
int64_t DaysFromCivil(int year, int month, int day) {
  // Years begin in March, so that the leap day is the last.
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

int64_t ScanDate(Scanner& scanner) {
  int year = scanner.Digits(4);
  scanner.OneOf("-");
  int month = scanner.Digits(2);
  scanner.OneOf("-");
  int day = scanner.Digits(2);
  bool is_date = month >= 1 && month <= 12 && day >= 1 && day <= DaysIn(year, month);
  scanner.Require(is_date);
  return is_date ? DaysFromCivil(year, month, day) : 0;
}

int64_t ScanClock(Scanner& scanner) {
  int hour = scanner.Digits(2);
  scanner.OneOf(":");
  int minute = scanner.Digits(2);
  scanner.OneOf(":");
  int second = scanner.Digits(2);
  scanner.Require(hour <= 23 && minute <= 59 && second <= 59);
  return hour * 3600 + minute * 60 + second;
}

int32_t ScanFraction(Scanner& scanner) {
  if (!scanner.Take('.')) return 0;
  scanner.Require(scanner.AtDigit());
  int32_t nanos = 0;
  for (int32_t weight = 100'000'000; weight > 0 && scanner.AtDigit(); weight /= 10) {
    nanos += scanner.Digits(1) * weight;
  }
  return nanos;
}

int64_t ScanOffset(Scanner& scanner) {
  char sign = scanner.OneOf("Zz+-");
  if (sign != '+' && sign != '-') return 0;
  int hours = scanner.Digits(2);
  scanner.OneOf(":");
  int minutes = scanner.Digits(2);
  scanner.Require(hours <= 23 && minutes <= 59);
  int64_t offset = hours * 3600 + minutes * 60;
  return sign == '+' ? offset : -offset;
}

}  // namespace

std::optional<Instant> ParseRfc3339(std::string_view text) {
  Scanner scanner(text);
  Instant instant;
  instant.seconds = ScanDate(scanner) * 86400;
  scanner.OneOf("Tt");
  instant.seconds += ScanClock(scanner);
  instant.nanos = ScanFraction(scanner);
  instant.seconds -= ScanOffset(scanner);
  if (!scanner.FinishedWell()) return std::nullopt;
  return instant;
}

int64_t ClampedNanos(const Instant& instant) {
  int64_t nanos = 0;
  bool overflow = __builtin_mul_overflow(instant.seconds, kNanosPerSecond, &nanos) ||
                  __builtin_add_overflow(nanos, instant.nanos, &nanos);
  if (!overflow) return nanos;
  return instant.seconds < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace tailrace
