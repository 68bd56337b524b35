// MetricsText: writes the text of Prometheus, format 0.0.4. A value; one thread. Names and helps are ours and are taken
// as they are; values of labels may be anything.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/histogram.h"

namespace tailrace {

class MetricsText {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
  enum class Type { kCounter, kGauge, kHistogram };
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Everything until the next call belongs to it. `name` is what comes behind "tailrace_"; of a counter with "_total".
  void Family(Type type, std::string_view name, std::string_view help);
  void Value(Labels labels, uint64_t value);
  void Value(Labels labels, double value);
  void Buckets(Labels labels, const Histogram& histogram);

  std::string Take() { return std::move(text_); }

 private:
  void Sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string text_;
  std::string name_;
};

}  // namespace tailrace
