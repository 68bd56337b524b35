// What a line costs from record to body: encoding for Elasticsearch, and compression. Prints nanoseconds of CPU a
// line and bytes a record. Arguments: lines=N bytes=N.
#include <cstdio>
#include <string>
#include <vector>

#include "base/gzip.h"
#include "base/json_escape.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "tests/bench/container.h"
#include "tests/bench/measure.h"

namespace tailrace {
namespace {

constexpr size_t kBodyBytes = 1 << 20;

// `mix`: what escaping has to do: quotes as in JSON, colours, text beyond ASCII.
std::vector<std::string> Lines(size_t bytes, bool mix) {
  std::vector<std::string> lines;
  for (uint64_t n = 0; n < 1000; ++n) {
    std::string line = FeederLine(n, bytes);
    if (mix && n % 5 == 0) {
      for (size_t i = 4; i < line.size(); i += 7) line[i] = '"';
    }
    if (mix && n % 20 == 1) line.replace(0, 5, "\x1b[31m");
    if (mix && n % 20 == 2) {
      for (size_t i = 10; i + 1 < line.size(); i += 9) line.replace(i, 2, "\xc3\xa9");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

double Nanos(const CpuSeconds& begin, uint64_t lines) {
  return (CpuOfThisProcess().total() - begin.total()) * 1e9 / static_cast<double>(lines);
}

void Measure(const char* name, const std::vector<std::string>& lines, uint64_t count) {
  const ElasticsearchSink sink({});
  const std::vector<std::string> pieces = sink.Describe(BenchContainer());
  std::vector<std::string> bodies;
  RecordView record;
  record.stream_id = 0x0123456789abcdef;
  std::string body;
  body.reserve(kBodyBytes + 4096);
  auto encode = [&](uint64_t n) {
    record.first = n * 143;
    record.time_nano = 1'700'000'000'000'000'000 + static_cast<int64_t>(n) * 3'456'789;
    record.text = lines[n % lines.size()];
    sink.Append(record, pieces, body);
  };
  const CpuSeconds begin = CpuOfThisProcess();
  uint64_t bytes = 0;
  for (uint64_t n = 0; n < count; ++n) {
    encode(n);
    if (body.size() < kBodyBytes) continue;
    bytes += body.size();
    if (bodies.size() < 8) bodies.push_back(body);
    body.clear();
  }
  const double encode_nanos = Nanos(begin, count);
  bytes += body.size();
  const double record_bytes = static_cast<double>(bytes) / static_cast<double>(count);
  if (bodies.empty()) bodies.push_back(body);

  GzipCompressor gzip;
  const CpuSeconds gzip_begin = CpuOfThisProcess();
  size_t in = 0, out = 0;
  for (int round = 0; round < 8; ++round) {
    for (const std::string& one : bodies) {
      in += one.size();
      out += gzip.Compress(one).size();
    }
  }
  const double gzip_nanos = Nanos(gzip_begin, static_cast<uint64_t>(static_cast<double>(in) / record_bytes));
  std::printf("%-12s encode %6.1f ns  gzip %6.1f ns  record %6.1f B  compressed %5.1f B\n", name, encode_nanos,
              gzip_nanos, record_bytes, record_bytes * static_cast<double>(out) / static_cast<double>(in));

  std::string escaped;
  const CpuSeconds escape_begin = CpuOfThisProcess();
  for (uint64_t n = 0; n < count; ++n) {
    escaped.clear();
    AppendJsonEscaped(escaped, lines[n % lines.size()]);
  }
  std::printf("%-12s escape alone %6.1f ns\n", name, Nanos(escape_begin, count));
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  const uint64_t lines = tailrace::Argument(argc, argv, "lines", 2'000'000);
  const uint64_t bytes = tailrace::Argument(argc, argv, "bytes", 0);
  if (bytes != 0) {
    tailrace::Measure("plain", tailrace::Lines(bytes, false), lines);
    return 0;
  }
  tailrace::Measure("120 B", tailrace::Lines(120, false), lines);
  tailrace::Measure("120 B mix", tailrace::Lines(120, true), lines);
  tailrace::Measure("1 KiB", tailrace::Lines(1024, false), lines / 8);
  return 0;
}
