// What `docker logs` costs: reading a stream that the product's own writer has made, decoding, encoding, and handing the
// chunks over: to nobody, and to a pipe that somebody drains. logs_bench [lines=N] [bytes=N] [rounds=N]
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/posix_disk.h"
#include "journal/stream_writer.h"
#include "sinks/spool/log_reader.h"
#include "tests/bench/measure.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

struct Bench {
  TempDir dir;
  PosixDisk disk;
  SystemClock clock;
  SystemRandom random;
  MemoryLog log;
  Journal journal{{dir / "root"}, {disk, clock, random, log}};
};

void Write(Bench& bench, uint64_t lines, size_t line_bytes) {
  CHECK(bench.journal.Open().ok());
  StreamFacts facts;
  facts.container_id = "c";
  facts.fifo = bench.dir / "fifo";
  CHECK_EQ(::mkfifo(facts.fifo.c_str(), 0600), 0);
  const pid_t feeder = StartFeeder({facts.fifo, lines, line_bytes});
  std::unique_ptr<Fifo> fifo = std::move(*bench.disk.OpenFifo(facts.fifo));
  const StreamLease stream = std::move(*bench.journal.Create(facts));
  StreamWriter writer(bench.disk, *stream);
  std::vector<char> scratch(StreamWriter::kScratchBytes);
  std::unique_ptr<Poller> poller = std::move(*bench.disk.NewPoller());
  CHECK(poller->Add(*fifo, 1).ok());
  std::vector<uint64_t> fired;
  for (;;) {
    const StreamWriter::Moved moved = writer.Move(*fifo, 1_MiB, scratch);
    CHECK(moved.status.ok());
    if (moved.kind == MoveOutcome::Kind::kEnded) break;
    if (moved.kind != MoveOutcome::Kind::kEmpty) continue;
    poller->Arm(*fifo, 1);
    poller->Wait(kNever, fired);
  }
  WaitForFeeder(feeder);
  stream->End();
}

struct Cost {
  double cpu = 0;
  double wall = 0;
  uint64_t bytes = 0;
};

Cost Read(Bench& bench, const ReadOptions& options, int out) {
  const double cpu = CpuOfThisProcess().total();
  const double wall = WallSeconds();
  Cost cost;
  LogReader reader(bench.disk, bench.clock, bench.journal, "c", options);
  for (;;) {
    const LogReader::Chunk chunk = reader.Next(kNever);
    if (chunk.kind == LogReader::Chunk::Kind::kEnd) break;
    cost.bytes += chunk.bytes.size();
    for (std::string_view rest = chunk.bytes; out >= 0 && !rest.empty();) {
      const ssize_t n = ::write(out, rest.data(), rest.size());
      CHECK_GT(n, 0);
      rest.remove_prefix(static_cast<size_t>(n));
    }
  }
  cost.cpu = CpuOfThisProcess().total() - cpu;
  cost.wall = WallSeconds() - wall;
  return cost;
}

// A child that reads from the other end of a socket, as dockerd does.
int StartSink(pid_t& child) {
  int ends[2];
  CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  child = ::fork();
  CHECK_GE(child, 0);
  if (child == 0) {
    ::close(ends[0]);
    std::vector<char> buffer(1_MiB);
    while (::read(ends[1], buffer.data(), buffer.size()) > 0) {
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  return ends[0];
}

void Report(const char* name, std::vector<Cost> costs) {
  std::sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.cpu < b.cpu; });
  const Cost& median = costs[costs.size() / 2];
  std::printf("%-28s cpu %.4f s  wall %.4f s  %.1f MB\n", name, median.cpu, median.wall,
              static_cast<double>(median.bytes) / 1e6);
}

int Main(int argc, char** argv) {
  const uint64_t lines = Argument(argc, argv, "lines", 1'000'000);
  const size_t line_bytes = Argument(argc, argv, "bytes", 120);
  Bench bench;
  Write(bench, lines, line_bytes);
  std::vector<Cost> plain, piped, tail;
  for (uint64_t round = 0; round < Argument(argc, argv, "rounds", 7); ++round) {
    plain.push_back(Read(bench, {}, -1));
    pid_t child = 0;
    const int out = StartSink(child);
    piped.push_back(Read(bench, {}, out));
    ::close(out);
    CHECK_EQ(::waitpid(child, nullptr, 0), child);
    tail.push_back(Read(bench, {std::nullopt, std::nullopt, 100, false}, -1));
  }
  std::printf("%llu lines of %zu B, medians of %zu rounds\n", static_cast<unsigned long long>(lines), line_bytes,
              plain.size());
  Report("all, to nobody", plain);
  Report("all, into a socket", piped);
  Report("the last 100", tail);
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
