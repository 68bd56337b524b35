// Intake's own thread on the real disk, with real FIFOs: registers, drains, limits and rolls from several threads at once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/posix_disk.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temp_dir.h"
#include "tests/journal/lines.h"

namespace tailrace {
namespace {

class IntakeThreadTest : public testing::Test {
 protected:
  IntakeThreadTest() {
    CHECK(journal_.Open().ok());
    keeper_.SetIntake(&intake_);
    keeper_.Start();
    intake_.Start();
  }
  ~IntakeThreadTest() override {
    intake_.Stop();
    keeper_.Stop();
  }

  static Housekeeper::Settings KeeperSettings() {
    Housekeeper::Settings settings;
    settings.spool_sync = std::chrono::milliseconds(50);
    settings.spool_free = 0;
    return settings;
  }
  // One container from StartLogging to the end, drained halfway; how many lines it has.
  uint64_t LiveOneLife(const std::string& name, uint64_t lines) {
    const std::string path = folder_ / name;
    MakeRealFifo(path);
    RealWriter dockerd(path);
    StreamFacts facts;
    facts.container_id = name;
    facts.fifo = path;
    facts.spool.max_size_bytes = 64_KiB;
    StreamLease stream = std::move(*journal_.Create(facts));
    intake_.Register(std::move(*journal_.Find(name).begin()), std::move(*disk_.OpenFifo(path)));
    std::string waiting = LineFrames(0, lines, 50);
    while (!waiting.empty()) {
      const size_t taken = dockerd.Write(std::string_view(waiting).substr(0, 4096));
      waiting.erase(0, taken);
      if (taken == 0) std::this_thread::yield();
      if (waiting.size() % 7 == 0) intake_.RequestRoll(stream->id());
    }
    // Trap 18: the pipe of the call is moved before dockerd closes.
    CHECK(intake_.Drain(stream->id(), clock_.Now() + std::chrono::seconds(60)));
    CHECK_EQ(stream->Snapshot().progress.counts.total(), lines);
    dockerd.Close();
    while (!stream->ended()) stream->signal().WaitChanged(stream->signal().Sequence(), std::chrono::milliseconds(10));
    return ReadFrom(disk_, *stream).frames;
  }

  TempDir folder_;
  PosixDisk disk_;
  SystemClock clock_;
  SeededRandom random_{1};
  MemoryLog log_;
  Journal journal_{{folder_ / "spool", folder_.path()}, {disk_, clock_, random_, log_}};
  Housekeeper keeper_{KeeperSettings(), {disk_, clock_, log_, journal_}};
  Intake intake_{{disk_, clock_, log_, journal_, keeper_}};
};

TEST_F(IntakeThreadTest, ManyLivesFromManyThreads) {
  std::atomic<uint64_t> frames = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int life = 0; life < 10; ++life) {
        frames += LiveOneLife("c" + std::to_string(t) + "-" + std::to_string(life), 3000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(frames, 4 * 10 * 3000u);
  EXPECT_EQ(intake_.stats().lines_dropped_newest.load(), 0u);
}

TEST_F(IntakeThreadTest, LimitsComeAndGoWhileLinesFlow) {
  const std::string path = folder_ / "a";
  MakeRealFifo(path);
  RealWriter dockerd(path);
  StreamFacts facts;
  facts.container_id = "a";
  facts.fifo = path;
  StreamLease stream = std::move(*journal_.Create(facts));
  intake_.Register(std::move(*journal_.Find("a").begin()), std::move(*disk_.OpenFifo(path)));
  std::atomic<bool> is_over = false;
  std::thread limiter([&] {
    for (int i = 0; !is_over; ++i) {
      intake_.SetLimit(stream->id(), i % 2 == 0 ? IntakeLimit::kDiscard : IntakeLimit::kNone);
      const bool ignored = intake_.Drain(stream->id(), clock_.Now() + std::chrono::milliseconds(5));
      (void)ignored;
    }
    intake_.SetLimit(stream->id(), IntakeLimit::kNone);
  });
  std::string waiting = LineFrames(0, 20'000, 100);
  while (!waiting.empty()) {
    const size_t taken = dockerd.Write(std::string_view(waiting).substr(0, 4096));
    waiting.erase(0, taken);
    if (taken == 0) std::this_thread::yield();
  }
  is_over = true;
  limiter.join();
  dockerd.Close();
  while (!stream->ended()) stream->signal().WaitChanged(stream->signal().Sequence(), std::chrono::milliseconds(10));
  const ReadBack back = ReadFrom(disk_, *stream);
  EXPECT_EQ(back.frames + back.lost_lines(), 20'000u);
  EXPECT_EQ(back.lost_lines(), intake_.stats().lines_dropped_newest.load());
  EXPECT_EQ(back.damaged_bytes, 0u);
  EXPECT_GT(back.gaps.size(), 0u);
}

}  // namespace
}  // namespace tailrace
