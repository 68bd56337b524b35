#include "tests/bench/measure.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/check.h"
#include "tests/fakes/log_frames.h"

namespace tailrace {

CpuSeconds CpuOfThisProcess() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

double WallSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string FeederLine(uint64_t n, size_t line_bytes) {
  static const std::string kText =
      " INFO  request served method=GET path=/api/v1/orders/4711 status=200 bytes=5123 duration=12ms user=anna session=";
  char digits[24];
  std::snprintf(digits, sizeof(digits), "%012llu", static_cast<unsigned long long>(n));
  std::string line(digits);
  while (line.size() < line_bytes) line += kText.substr(0, line_bytes - line.size());
  line.resize(line_bytes);
  return line;
}

pid_t StartFeeder(const FeederOptions& options) {
  // Held here too until the child has it, so that nobody sees the FIFO without a writer.
  const int held = ::open(options.fifo.c_str(), O_RDWR | O_CLOEXEC);
  CHECK_GE(held, 0);
  const pid_t pid = ::fork();
  CHECK_GE(pid, 0);
  if (pid != 0) {
    ::close(held);
    return pid;
  }
  constexpr int64_t kStartNs = 1'700'000'000'000'000'000;
  std::string frame = Frame("stdout", kStartNs, FeederLine(0, options.line_bytes));
  const size_t digits_at = frame.size() - options.line_bytes;
  for (uint64_t n = 0; n < options.lines; ++n) {
    char digits[24];
    std::snprintf(digits, sizeof(digits), "%012llu", static_cast<unsigned long long>(n));
    frame.replace(digits_at, 12, digits, 12);
    CHECK_EQ(::write(held, frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
  }
  ::_exit(0);
}

void WaitForFeeder(pid_t pid) {
  int status = 0;
  CHECK_EQ(::waitpid(pid, &status, 0), pid);
  CHECK_EQ(status, 0);
}

uint64_t Argument(int argc, char** argv, const std::string& name, uint64_t value) {
  const std::string prefix = name + "=";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with(prefix)) return std::strtoull(argument.c_str() + prefix.size(), nullptr, 10);
  }
  return value;
}

}  // namespace tailrace
