// What a shipped line costs, the real binary measured from outside, beside a program that only reads the pipes:
//   ship_bench [lines=N] [bytes=N] [containers=N] [gzip=0|1] [destinations=N]
// Prints one row of the table of run.sh. The lines go in as dockerd writes them, one write(2) each, as fast as the plugin
// takes them, and come out at a server in another process that forgets them.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"
#include "tests/bench/drain.h"
#include "tests/bench/measure.h"
#include "tests/bench/proc.h"
#include "tests/crash/plugin_process.h"
#include "tests/fakes/bulk_server.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

struct Plan {
  uint64_t lines;
  size_t line_bytes;
  uint64_t containers;
  bool gzip;
};

std::vector<std::string> MakeFifos(const TempDir& dir, uint64_t count) {
  std::vector<std::string> fifos;
  for (uint64_t i = 0; i < count; ++i) fifos.push_back(MakeRealFifo(dir / ("fifo" + std::to_string(i))));
  return fifos;
}

void Feed(const std::vector<std::string>& fifos, const Plan& plan, std::vector<pid_t>& feeders) {
  for (const std::string& fifo : fifos) feeders.push_back(StartFeeder({fifo, plan.lines / plan.containers, plan.line_bytes}));
}

double DrainCost(const Plan& plan) {
  const TempDir dir;
  const std::vector<std::string> fifos = MakeFifos(dir, plan.containers);
  std::vector<pid_t> feeders;
  Feed(fifos, plan, feeders);
  const double cpu = Drain(fifos, plan.line_bytes + kFrameExtraBytes);
  for (const pid_t feeder : feeders) WaitForFeeder(feeder);
  return cpu;
}

// Container facts as a Compose project has them, so that documents have the size of real ones.
std::string StartBody(const std::string& fifo, uint64_t i, const Plan& plan, const std::string& url) {
  const std::string number = std::to_string(i);
  return R"({"File":")" + fifo + R"(","Info":{"ContainerID":"c)" + number + std::string(60, '0') +
         R"(","ContainerName":"/shop_web_)" + number +
         R"(","ContainerImageName":"registry.example:5000/shop/web:1.25.3","ContainerLabels":{)" +
         R"("com.docker.compose.project":"shop","com.docker.compose.service":"web"},"Config":{"es-url":")" + url +
         R"(","labels":"com.docker.compose.project,com.docker.compose.service","es-compression":")" +
         (plan.gzip ? "gzip" : "none") + R"("}}})";
}

struct Shipped {
  double cpu = 0;
  double seconds = 0;
  uint64_t resident_kib = 0;  // the most that was seen
};

Shipped ShipCost(const Plan& plan) {
  const TempDir dir;
  BulkServer server;
  PluginProcess plugin(dir / "s.sock", dir / "root", {{"TAILRACE_SPOOL_LIMIT", "40g"}}, dir / "log");
  plugin.Start();
  CHECK(plugin.WaitServing());
  const std::vector<std::string> fifos = MakeFifos(dir, plan.containers);
  std::vector<std::unique_ptr<RealWriter>> holders;  // So that no FIFO ends before its feeder has begun.
  for (uint64_t i = 0; i < plan.containers; ++i) {
    holders.push_back(std::make_unique<RealWriter>(fifos[i]));
    const std::string answer = plugin.Post("/LogDriver.StartLogging", StartBody(fifos[i], i, plan, server.url()));
    CHECK_EQ(answer, std::string("{}"));
  }
  const double cpu = CpuOf(plugin.pid());
  const double begin = WallSeconds();
  std::vector<pid_t> feeders;
  Feed(fifos, plan, feeders);
  const uint64_t lines = plan.lines / plan.containers * plan.containers;
  Shipped shipped;
  while (server.documents() < lines) {
    shipped.resident_kib = std::max(shipped.resident_kib, ResidentKiB(plugin.pid()));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  shipped.seconds = WallSeconds() - begin;
  shipped.cpu = CpuOf(plugin.pid()) - cpu;
  for (const pid_t feeder : feeders) WaitForFeeder(feeder);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_EQ(server.documents(), lines);  // No line twice.
  return shipped;
}

int Main(int argc, char** argv) {
  const Plan plan{Argument(argc, argv, "lines", 2'000'000), Argument(argc, argv, "bytes", 120),
                  Argument(argc, argv, "containers", 1), Argument(argc, argv, "gzip", 1) != 0};
  const double million = static_cast<double>(plan.lines) / 1e6;
  const double drain = DrainCost(plan) / million;
  const Shipped shipped = ShipCost(plan);
  std::printf("%5zu B %4lu containers %-4s  %6.3f CPU s/M  drain %6.3f  ratio %5.1f  %8.0f lines/s  %6lu KiB\n",
              plan.line_bytes, plan.containers, plan.gzip ? "gzip" : "none", shipped.cpu / million, drain,
              shipped.cpu / million / drain, static_cast<double>(plan.lines) / shipped.seconds, shipped.resident_kib);
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
