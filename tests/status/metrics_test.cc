#include "status/metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/status/sample_snapshot.h"

namespace tailrace {
namespace {

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool Has(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != text.npos; }

TEST(Metrics, EveryFigureOfTheDesignIsThere) {
  const std::string text = RenderMetrics(SampleSnapshot());
  for (const char* line :
       {"tailrace_build_info{version=\"1.2.3\"} 1",
        "tailrace_start_time_seconds 1763999000.5",
        "tailrace_spool_lines_taken_total 1240000",
        "tailrace_spool_lines_dropped_total{reason=\"drop-newest\"} 17",
        "tailrace_spool_lines_dropped_total{reason=\"no-disk\"} 0",
        "tailrace_bytes_taken_total 99000000",
        "tailrace_spool_bytes 5000000",
        "tailrace_spool_limit_bytes 20000000000",
        "tailrace_streams{state=\"live\"} 4",
        "tailrace_streams{state=\"ended\"} 2",
        "tailrace_sync_errors_total 0",
        "tailrace_sync_seconds_count 0",
        "tailrace_lines_taken_total{destination=\"es https://es:9200\"} 1234567",
        "tailrace_lines_delivered_total{destination=\"es https://es:9200\"} 1234560",
        "tailrace_lines_duplicate_total{destination=\"es https://es:9200\"} 4",
        "tailrace_lines_dead_total{destination=\"http https://hooks/x?...\",type=\"http_400\"} 2",
        "tailrace_lines_dropped_total{destination=\"http https://hooks/x?...\",reason=\"drop-oldest\"} 5",
        "tailrace_lines_corrupt_total{destination=\"http https://hooks/x?...\"} 2",
        "tailrace_lines_waiting{destination=\"http https://hooks/x?...\"} 40",
        "tailrace_oldest_waiting_seconds{destination=\"http https://hooks/x?...\"} 7384",
        "tailrace_requests_total{destination=\"es https://es:9200\",outcome=\"ok\"} 100",
        "tailrace_requests_total{destination=\"http https://hooks/x?...\",outcome=\"refused\"} 6",
        "tailrace_retries_total{destination=\"http https://hooks/x?...\",class=\"held\"} 9",
        "tailrace_in_flight{destination=\"es https://es:9200\"} 1",
        "tailrace_concurrency_limit{destination=\"es https://es:9200\"} 8",
        "tailrace_backoff_seconds{destination=\"http https://hooks/x?...\"} 12.5",
        "tailrace_destination_state{destination=\"http https://hooks/x?...\",state=\"holding\"} 1",
        "tailrace_destination_state{destination=\"http https://hooks/x?...\",state=\"healthy\"} 0",
        "tailrace_request_seconds_bucket{destination=\"es https://es:9200\",le=\"0.025\"} 1",
        "tailrace_request_seconds_sum{destination=\"es https://es:9200\"} 0.02",
        "tailrace_batch_bytes_count{destination=\"es https://es:9200\"} 0",
        "tailrace_end_to_end_seconds_bucket{destination=\"es https://es:9200\",le=\"+Inf\"} 0",
        "tailrace_unroutable_lines_waiting 5"}) {
    EXPECT_TRUE(Has(text, line)) << line;
  }
}

// What a strict reader (promtool, OpenMetrics) refuses: a family twice, a series twice, samples outside of their family.
TEST(Metrics, FamiliesAndSeriesComeOnce) {
  std::set<std::string> families;
  std::set<std::string> series;
  std::map<std::string, std::set<std::string>> label_sets;
  std::string family;
  for (const std::string& line : LinesOf(RenderMetrics(SampleSnapshot()))) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << line;
      EXPECT_TRUE(line.ends_with('.')) << line;
      continue;
    }
    if (line.starts_with("# TYPE ")) {
      EXPECT_TRUE(line.starts_with("# TYPE " + family + " ")) << line;
      continue;
    }
    EXPECT_TRUE(line.starts_with(family)) << line;
    EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
    std::string labels;
    for (size_t at = line.find('{'); at != line.npos && at < line.rfind('}'); at = line.find("\",", at)) {
      at += line[at] == '{' ? 1 : 2;
      labels += line.substr(at, line.find('=', at) - at) + " ";
    }
    label_sets[line.substr(0, line.find_first_of("{ "))].insert(labels);
  }
  EXPECT_GT(families.size(), 40u);
  // A sum over a family counts each line once.
  for (const auto& [name, sets] : label_sets) EXPECT_EQ(sets.size(), 1u) << name;
}

TEST(Metrics, APluginThatHasJustBegunHasThemToo) {
  const std::string text = RenderMetrics(StatusSnapshot());
  EXPECT_TRUE(Has(text, "tailrace_spool_lines_taken_total 0"));
  EXPECT_TRUE(Has(text, "# TYPE tailrace_lines_taken_total counter"));
  EXPECT_EQ(text.find("destination="), text.npos);
}

}  // namespace
}  // namespace tailrace
