// Measuring: CPU seconds by the system's own accounting, and the feeder that plays dockerd: one write(2) per entry into a
// FIFO held open for reading and writing. Single-threaded programs only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace tailrace {

struct CpuSeconds {
  double user = 0;
  double system = 0;
  double total() const { return user + system; }
};
CpuSeconds CpuOfThisProcess();
double WallSeconds();

// What the feeder's entry has besides the line.
inline constexpr size_t kFrameExtraBytes = 23;

struct FeederOptions {
  std::string fifo;
  uint64_t lines = 0;
  size_t line_bytes = 120;
};
// A child process that writes the lines and exits. Line n says n in its first 12 digits.
pid_t StartFeeder(const FeederOptions& options);
void WaitForFeeder(pid_t pid);
// The text of line n, as the feeder writes it.
std::string FeederLine(uint64_t n, size_t line_bytes);

// argv "name=value", else the default.
uint64_t Argument(int argc, char** argv, const std::string& name, uint64_t value);

}  // namespace tailrace
