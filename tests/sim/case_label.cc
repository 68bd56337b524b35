#include "tests/sim/case_label.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>

namespace tailrace {

namespace {

std::array<char, 256> label_bytes{};
size_t label_size = 0;

void TellLabel(int signal) {
  const ssize_t ignored = write(STDERR_FILENO, label_bytes.data(), label_size);
  (void)ignored;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void SetCaseLabel(const std::string& label) {
  const std::string line = "in case: " + label + "\n";
  label_size = std::min(line.size(), label_bytes.size());
  std::copy_n(line.begin(), label_size, label_bytes.begin());
  std::signal(SIGABRT, TellLabel);
  std::signal(SIGSEGV, TellLabel);
}

bool IsLongRun() {
  const char* value = std::getenv("TAILRACE_LONG");
  return value != nullptr && *value != '\0' && *value != '0';
}

uint64_t SeedFromEnvironment(uint64_t none) {
  const char* value = std::getenv("TAILRACE_SEED");
  return value == nullptr ? none : std::strtoull(value, nullptr, 10);
}

}  // namespace tailrace
