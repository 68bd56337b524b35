#include "tests/bench/proc.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/check.h"

namespace tailrace {

namespace {

std::string ReadProc(pid_t pid, const char* name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

uint64_t NumberAfter(const std::string& text, const std::string& key) {
  const size_t at = text.find(key);
  CHECK(at != text.npos);
  return std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
}

}  // namespace

double CpuOf(pid_t pid) {
  const std::string stat = ReadProc(pid, "stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double ExactCpuOf(pid_t pid) {
  double nanoseconds = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream in(task.path() / "schedstat");
    double on_cpu = 0;
    if (in >> on_cpu) nanoseconds += on_cpu;
  }
  return nanoseconds / 1e9;
}

uint64_t BytesReadBy(pid_t pid) { return NumberAfter(ReadProc(pid, "io"), "rchar: "); }
uint64_t ResidentKiB(pid_t pid) { return NumberAfter(ReadProc(pid, "status"), "VmRSS:"); }

}  // namespace tailrace
