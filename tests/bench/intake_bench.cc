// What intake costs: the product's intake (splice, walk, index, roll) against a program that only reads the pipe with the
// same rests, in turn, in one run. intake_bench [lines=N] [bytes=N] [rounds=N] [directory via TMPDIR]
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/posix_disk.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "tests/bench/drain.h"
#include "tests/bench/measure.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

struct Plan {
  uint64_t lines;
  size_t line_bytes;
};

class NoReports final : public IntakeReports {
 public:
  void ReportNoSpace() override {}
  void ReportEnded(StreamLease stream) override {
    stream_ = std::move(stream);
    is_ended = true;
  }
  void Forget() { stream_ = StreamLease(); }
  bool is_ended = false;

 private:
  StreamLease stream_;
};

double RunIntake(const Plan& plan) {
  const TempDir dir;
  const std::string fifo = dir / "fifo";
  CHECK_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  PosixDisk disk;
  SystemClock clock;
  SystemRandom random;
  MemoryLog log;
  Journal journal({dir / "root"}, {disk, clock, random, log});
  CHECK(journal.Open().ok());
  NoReports reports;
  double cpu = 0;
  {
    Intake intake({disk, clock, log, journal, reports});
    StreamFacts facts;
    facts.container_id = "c";
    facts.fifo = fifo;
    const pid_t feeder = StartFeeder({fifo, plan.lines, plan.line_bytes});
    Result<std::unique_ptr<Fifo>> opened = disk.OpenFifo(fifo);
    intake.Register(std::move(*journal.Create(facts)), std::move(*opened));
    const double before = CpuOfThisProcess().total();
    while (!reports.is_ended) intake.RunOnce(kNever);
    cpu = CpuOfThisProcess().total() - before;
    WaitForFeeder(feeder);
    CHECK_EQ(intake.stats().frames_taken.load(), plan.lines);
  }
  reports.Forget();
  return cpu;
}

double RunDrain(const Plan& plan) {
  const TempDir dir;
  const std::string fifo = dir / "fifo";
  CHECK_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const pid_t feeder = StartFeeder({fifo, plan.lines, plan.line_bytes});
  const double cpu = Drain({fifo}, plan.line_bytes + kFrameExtraBytes);
  WaitForFeeder(feeder);
  return cpu;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int Main(int argc, char** argv) {
  const Plan plan{Argument(argc, argv, "lines", 2'000'000), Argument(argc, argv, "bytes", 120)};
  std::vector<double> intake, drain, ratio;
  for (uint64_t round = 0; round < Argument(argc, argv, "rounds", 5); ++round) {
    drain.push_back(RunDrain(plan) * 1e6 / static_cast<double>(plan.lines));
    intake.push_back(RunIntake(plan) * 1e6 / static_cast<double>(plan.lines));
    ratio.push_back(intake.back() / drain.back());
  }
  std::printf("CPU s per 1,000,000 lines of %zu B, medians of %zu rounds\n", plan.line_bytes, ratio.size());
  std::printf("drain only %.3f   intake %.3f   ratio %.2f\n", Median(drain), Median(intake), Median(ratio));
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
