#include "status/metrics_text.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "base/utf8.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

using Type = MetricsText::Type;

TEST(MetricsText, WritesFamiliesAndValues) {
  MetricsText out;
  out.Family(Type::kCounter, "things_total", "How many things.");
  out.Value({}, uint64_t{18446744073709551615u});
  out.Value({{"a", "x"}, {"b", ""}}, uint64_t{0});
  out.Family(Type::kGauge, "age_seconds", "How old.");
  out.Value({{"a", "x"}}, 0.25);
  out.Value({{"a", "y"}}, 1e21);
  EXPECT_EQ(out.Take(),
            "# HELP tailrace_things_total How many things.\n"
            "# TYPE tailrace_things_total counter\n"
            "tailrace_things_total 18446744073709551615\n"
            "tailrace_things_total{a=\"x\",b=\"\"} 0\n"
            "# HELP tailrace_age_seconds How old.\n"
            "# TYPE tailrace_age_seconds gauge\n"
            "tailrace_age_seconds{a=\"x\"} 0.25\n"
            "tailrace_age_seconds{a=\"y\"} 1e+21\n");
}

TEST(MetricsText, BucketsOfAHistogramAreSums) {
  constexpr std::array<double, 2> kBounds{0.5, 2};
  Histogram histogram(kBounds);
  for (double value : {0.25, 0.5, 1.0, 8.0}) histogram.Add(value);
  MetricsText out;
  out.Family(Type::kHistogram, "h", "H.");
  out.Buckets({{"a", "x"}}, histogram);
  out.Buckets({}, Histogram(kBounds));
  EXPECT_EQ(out.Take(),
            "# HELP tailrace_h H.\n"
            "# TYPE tailrace_h histogram\n"
            "tailrace_h_bucket{a=\"x\",le=\"0.5\"} 2\n"
            "tailrace_h_bucket{a=\"x\",le=\"2\"} 3\n"
            "tailrace_h_bucket{a=\"x\",le=\"+Inf\"} 4\n"
            "tailrace_h_sum{a=\"x\"} 9.75\n"
            "tailrace_h_count{a=\"x\"} 4\n"
            "tailrace_h_bucket{le=\"0.5\"} 0\n"
            "tailrace_h_bucket{le=\"2\"} 0\n"
            "tailrace_h_bucket{le=\"+Inf\"} 0\n"
            "tailrace_h_sum 0\n"
            "tailrace_h_count 0\n");
}

std::string LineFor(std::string_view label) {
  MetricsText out;
  out.Value({{"a", label}}, uint64_t{1});
  return out.Take();
}

TEST(MetricsText, LabelsAreEscaped) {
  EXPECT_EQ(LineFor("q\"b\\n\nl"), "{a=\"q\\\"b\\\\n\\nl\"} 1\n");
  EXPECT_EQ(LineFor("\xff"), "{a=\"\xef\xbf\xbd\"} 1\n");
}

// What a reader makes of an escaped value; nothing when it ends early or holds what may not stand there.
std::optional<std::string> Unescaped(std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\n') return std::nullopt;
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] != 'n' && text[i] != '\\' && text[i] != '"') return std::nullopt;
    value += text[i] == 'n' ? '\n' : text[i];
  }
  return value;
}

TEST(MetricsText, AnyBytesMakeOneReadableLine) {
  constexpr std::string_view kNasty = "\\\"\n{}=, n\r\t\x80\xc3\xa9\xf0\x9f\x98\x80#";
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string label;
    for (uint64_t n = random.Next64() % 12; n > 0; --n) {
      label += random.Next64() % 2 == 0 ? kNasty[random.Next64() % kNasty.size()] : static_cast<char>(random.Next64() & 0xff);
    }
    const std::string line = LineFor(label);
    ASSERT_TRUE(line.starts_with("{a=\"") && line.ends_with("\"} 1\n")) << line;
    const auto read = Unescaped(std::string_view(line).substr(4, line.size() - 4 - 5));
    ASSERT_EQ(read, Utf8Repaired(label)) << line;
  }
}

}  // namespace
}  // namespace tailrace
