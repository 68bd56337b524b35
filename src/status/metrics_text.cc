#include "status/metrics_text.h"

#include <array>
#include <charconv>

#include "base/check.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

std::string_view TypeName(MetricsText::Type type) {
  switch (type) {
    case MetricsText::Type::kCounter: return "counter";
    case MetricsText::Type::kGauge: return "gauge";
    case MetricsText::Type::kHistogram: return "histogram";
  }
  return "untyped";
}

// The shortest form that reads back as the same number.
std::string Number(double value) {
  std::array<char, 32> digits;
  const std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  CHECK(end.ec == std::errc());
  return {digits.data(), end.ptr};
}

// A reader gives up the whole answer for one byte that is not UTF-8.
std::string Escaped(std::string_view value) {
  std::string escaped;
  for (char c : Utf8Repaired(value)) {
    if (c == '\n') {
      escaped += "\\n";
    } else {
      if (c == '\\' || c == '"') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

void MetricsText::Family(Type type, std::string_view name, std::string_view help) {
  CHECK_EQ(type == Type::kCounter, name.ends_with("_total"));
  name_ = "tailrace_" + std::string(name);
  text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(TypeName(type)) + "\n";
}

void MetricsText::Value(Labels labels, uint64_t value) { Sample("", labels, "", std::to_string(value)); }

void MetricsText::Value(Labels labels, double value) { Sample("", labels, "", Number(value)); }

void MetricsText::Buckets(Labels labels, const Histogram& histogram) {
  uint64_t sum = 0;
  for (size_t i = 0; i < histogram.bounds().size(); ++i) {
    sum += histogram.counts()[i];
    Sample("_bucket", labels, Number(histogram.bounds()[i]), std::to_string(sum));
  }
  Sample("_bucket", labels, "+Inf", std::to_string(histogram.count()));
  Sample("_sum", labels, "", Number(histogram.sum()));
  Sample("_count", labels, "", std::to_string(histogram.count()));
}

void MetricsText::Sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char separator = '{';
  const auto add = [&](std::string_view name, std::string_view text) {
    text_ += separator + std::string(name) + "=\"" + Escaped(text) + '"';
    separator = ',';
  };
  for (const auto& [name, text] : labels) add(name, text);
  if (!bound.empty()) add("le", bound);
  if (separator == ',') text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

}  // namespace tailrace
