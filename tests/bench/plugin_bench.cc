// The real binary, measured from outside by /proc: what it costs to take lines, to answer docker logs, to sit idle.
//   plugin_bench roundtrip [lines=N] [bytes=N]     every line through one FIFO and back by docker logs, compared
//   plugin_bench idle [containers=N] [seconds=N] [destinations=N]   resident memory and CPU of so many containers that
//       write nothing; each has one of N destinations, which has stored its only line
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "tests/bench/measure.h"
#include "tests/bench/proc.h"
#include "tests/crash/plugin_process.h"
#include "tests/fakes/bulk_server.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {
namespace {

class Bench {
 public:
  Bench() : plugin_(dir_ / "s.sock", dir_ / "root", {{"TAILRACE_SPOOL_LIMIT", "40g"}}, dir_ / "log") {
    plugin_.Start();
    CHECK(plugin_.WaitServing());
  }
  pid_t pid() const { return plugin_.pid(); }
  std::string Fifo(uint64_t i) const { return dir_ / ("fifo" + std::to_string(i)); }
  void StartLogging(uint64_t i, const std::string& config) {
    const std::string body = R"({"File":")" + Fifo(i) + R"(","Info":{"ContainerID":"c)" + std::to_string(i) +
                             R"(","Config":)" + config + "}}";
    const std::string answer = plugin_.Post("/LogDriver.StartLogging", body);
    CHECK(answer.starts_with("{") && answer.size() <= std::string_view(R"({"Err":""})").size());  // No error in it.
  }
  void StopLogging(uint64_t i) { plugin_.Post("/LogDriver.StopLogging", R"({"File":")" + Fifo(i) + "\"}"); }
  std::unique_ptr<UnixHttpClient> ReadLogs(const std::string& config) {
    auto client = std::make_unique<UnixHttpClient>(dir_ / "s.sock");
    CHECK(client->SendPost("/LogDriver.ReadLogs", R"({"Info":{"ContainerID":"c0"},"Config":)" + config + "}"));
    CHECK_EQ(client->ReadHead(std::chrono::seconds(60)).status, 200);
    return client;
  }

 private:
  const TempDir dir_;
  PluginProcess plugin_;
};

// Compares as the bytes arrive: ten million lines need not be held.
uint64_t CompareLogs(UnixHttpClient& client, size_t line_bytes) {
  std::string pending, chunk;
  uint64_t n = 0;
  while (client.ReadChunk(chunk, std::chrono::seconds(120)) == UnixHttpClient::Outcome::kChunk) {
    pending += chunk;
    size_t at = 0;
    while (pending.size() - at >= 4) {
      const size_t whole = 4 + LoadBig32(pending.data() + at);
      if (pending.size() - at < whole) break;
      const std::string_view line = std::string_view(pending).substr(at + whole - line_bytes - 1, line_bytes + 1);
      CHECK(line == FeederLine(n, line_bytes) + "\n");
      ++n;
      at += whole;
    }
    pending.erase(0, at);
  }
  return n;
}

uint64_t CountLogs(UnixHttpClient& client) {
  std::string chunk;
  uint64_t bytes = 0;
  while (client.ReadChunk(chunk, std::chrono::seconds(120)) == UnixHttpClient::Outcome::kChunk) bytes += chunk.size();
  return bytes;
}

void ShowReading(Bench& bench, const char* name, const std::string& config) {
  const double cpu = CpuOf(bench.pid());
  const double wall = WallSeconds();
  const uint64_t read = BytesReadBy(bench.pid());
  const uint64_t bytes = CountLogs(*bench.ReadLogs(config));
  std::printf("%-24s %12lu bytes given, %12lu bytes read, %.2f CPU s, %.3f s\n", name, bytes,
              BytesReadBy(bench.pid()) - read, CpuOf(bench.pid()) - cpu, WallSeconds() - wall);
}

int RoundTrip(int argc, char** argv) {
  const uint64_t lines = Argument(argc, argv, "lines", 1'000'000);
  const size_t line_bytes = Argument(argc, argv, "bytes", 120);
  Bench bench;
  RealWriter holder(MakeRealFifo(bench.Fifo(0)));
  bench.StartLogging(0, R"({"max-size":"1g","max-file":"30"})");
  const double cpu = CpuOf(bench.pid());
  const double wall = WallSeconds();
  WaitForFeeder(StartFeeder({bench.Fifo(0), lines, line_bytes}));
  bench.StopLogging(0);
  const double taken_wall = WallSeconds() - wall;
  std::printf("taken: %lu lines of %zu B, %.3f CPU s a million, %.0f lines/s, %lu KiB resident\n", lines, line_bytes,
              (CpuOf(bench.pid()) - cpu) * 1e6 / static_cast<double>(lines), static_cast<double>(lines) / taken_wall,
              ResidentKiB(bench.pid()));
  const uint64_t same = CompareLogs(*bench.ReadLogs(R"({"Tail":-1})"), line_bytes);
  std::printf("docker logs: %lu of %lu lines came back byte for byte\n", same, lines);
  CHECK_EQ(same, lines);
  ShowReading(bench, "all", R"({"Tail":-1})");
  ShowReading(bench, "tail 100", R"({"Tail":100})");
  ShowReading(bench, "tail 100000", R"({"Tail":100000})");
  std::printf("%lu KiB resident\n", ResidentKiB(bench.pid()));
  return 0;
}

int Idle(int argc, char** argv) {
  const uint64_t containers = Argument(argc, argv, "containers", 200);
  const uint64_t seconds = Argument(argc, argv, "seconds", 20);
  const uint64_t destinations = Argument(argc, argv, "destinations", 0);
  BulkServer server;
  Bench bench;
  std::vector<std::unique_ptr<RealWriter>> holders;
  for (uint64_t i = 0; i < containers; ++i) {
    holders.push_back(std::make_unique<RealWriter>(MakeRealFifo(bench.Fifo(i))));
    // By different paths of one server they are different destinations.
    const std::string path = "/" + std::to_string(destinations == 0 ? 0 : i % destinations);
    const std::string shipping = R"({"es-url":")" + server.url() + path + "\"}";
    bench.StartLogging(i, destinations == 0 ? "{}" : shipping);
    CHECK_GT(holders.back()->Write(Frame("stdout", 1'767'323'045'000'000'000, "one line each")), 0u);
  }
  std::this_thread::sleep_for(std::chrono::seconds(20));  // The first sync, of hundreds of new files, has passed.
  CHECK_EQ(server.documents(), destinations == 0 ? 0 : containers);
  const double cpu = ExactCpuOf(bench.pid());
  const double wall = WallSeconds();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  std::printf("%lu destinations, %lu idle containers: %lu KiB resident, %.4f %% of a core\n", destinations, containers,
              ResidentKiB(bench.pid()), 100 * (ExactCpuOf(bench.pid()) - cpu) / (WallSeconds() - wall));
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "roundtrip") return tailrace::RoundTrip(argc, argv);
  if (what == "idle") return tailrace::Idle(argc, argv);
  std::fprintf(stderr, "usage: plugin_bench roundtrip [lines=N] [bytes=N] | idle [containers=N] [seconds=N]\n");
  return 2;
}
