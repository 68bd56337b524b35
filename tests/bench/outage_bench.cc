// A container that writes at an even rate while its server is away for a time: how long a write into the FIFO took at
// worst, what memory the plugin took, and that every line arrives once.
//   outage_bench [rate=N lines/s] [seconds=N] [outage=N] [bytes=N]
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <new>
#include <thread>

#include "base/check.h"
#include "tests/bench/measure.h"
#include "tests/bench/proc.h"
#include "tests/crash/plugin_process.h"
#include "tests/fakes/bulk_server.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

struct Plan {
  uint64_t rate;
  uint64_t seconds;
  uint64_t outage;
  size_t line_bytes;
  uint64_t lines() const { return rate * seconds; }
};

struct Longest {  // shared with the feeder
  std::atomic<double> seconds{0};
};

// Millisecond by millisecond, what is due by then.
void Feed(const std::string& fifo, const Plan& plan, Longest& longest) {
  const int fd = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  CHECK_GE(fd, 0);
  // First in the queue for a processor, as far as we may: a writer that waits for one does not wait for the plugin.
  const sched_param first{.sched_priority = 1};
  (void)::sched_setscheduler(0, SCHED_FIFO, &first);
  const double begin = WallSeconds();
  for (uint64_t n = 0; n < plan.lines();) {
    const auto due = static_cast<uint64_t>((WallSeconds() - begin) * static_cast<double>(plan.rate));
    for (; n < std::min(due, plan.lines()); ++n) {
      const std::string frame = Frame("stdout", 1'700'000'000'000'000'000 + static_cast<int64_t>(n),
                                      FeederLine(n, plan.line_bytes));
      const double before = WallSeconds();
      CHECK_EQ(::write(fd, frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
      const double took = WallSeconds() - before;
      if (took > longest.seconds) longest.seconds = took;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::_exit(0);
}

int Main(int argc, char** argv) {
  const Plan plan{Argument(argc, argv, "rate", 10'000), Argument(argc, argv, "seconds", 40),
                  Argument(argc, argv, "outage", 20), Argument(argc, argv, "bytes", 120)};
  void* memory = ::mmap(nullptr, sizeof(Longest), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  auto& longest = *new (memory) Longest;
  const TempDir dir;
  BulkServer server;
  PluginProcess plugin(dir / "s.sock", dir / "root", {}, dir / "log");
  plugin.Start();
  CHECK(plugin.WaitServing());
  const std::string fifo = MakeRealFifo(dir / "fifo");
  const RealWriter holder(fifo);
  const std::string answer = plugin.Post(
      "/LogDriver.StartLogging", R"({"File":")" + fifo + R"(","Info":{"ContainerID":"c0","Config":{"es-url":")" +
                                     server.url() + R"(","max-size":"100m","max-file":"10"}}})");
  CHECK_EQ(answer, std::string("{}"));
  const pid_t feeder = ::fork();
  CHECK_GE(feeder, 0);
  if (feeder == 0) Feed(fifo, plan, longest);
  const double begin = WallSeconds();
  const auto away_at = static_cast<double>(plan.seconds - plan.outage) / 4;
  const double back_at = away_at + static_cast<double>(plan.outage);
  uint64_t resident = 0, before = 0, at_return = 0;
  bool is_away = false, was_away = false;
  double arrived = 0;
  while (server.documents() < plan.lines()) {
    const double now = WallSeconds() - begin;
    if (!is_away && !was_away && now >= away_at) {
      before = server.documents();
      server.Stop();
      is_away = was_away = true;
    }
    if (is_away && now >= back_at) {
      at_return = server.documents();
      server.Restart();
      is_away = false;
    }
    resident = std::max(resident, ResidentKiB(plugin.pid()));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    arrived = now;
  }
  CHECK(was_away);
  CHECK_GT(before, 0u);
  CHECK_EQ(before, at_return);  // It was away.
  int status = 0;
  CHECK_EQ(::waitpid(feeder, &status, 0), feeder);
  CHECK_EQ(status, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK_EQ(server.documents(), plan.lines());
  std::printf("%lu lines/s, server away for %lu s: %lu lines once each, longest write %.1f ms, %lu KiB resident, all there "
              "%.1f s after the last was written\n",
              plan.rate, plan.outage, plan.lines(), longest.seconds * 1000, resident,
              std::max(0.0, arrived - static_cast<double>(plan.seconds)));
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
