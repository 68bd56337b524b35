// LogReader against the oracle: any tail, since and until over random logs.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sinks/spool/log_reader.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/random_log.h"
#include "tests/sinks/spool/test_stream.h"
#include "tests/wire/test_scale.h"

namespace tailrace {
namespace {

// A container with a few runs.
class RandomContainer {
 public:
  explicit RandomContainer(uint64_t seed) : spool_(seed), random_(seed) {
    for (size_t n = random_.Between(1, 4); n > 0; --n) AddRun(n == 1);
  }

  std::vector<OracleStream> Known() const {
    std::vector<OracleStream> streams;
    for (const auto& stream : streams_) {
      const std::vector<StreamItem> items = stream->items();
      const bool is_ended = stream->stream().ended();
      streams.push_back({items, items.size(), is_ended, is_ended});
    }
    return streams;
  }

  ReadOptions RandomOptions() {
    ReadOptions options;
    if (random_.Chance(0.7)) options.tail = static_cast<int64_t>(random_.Below(random_.Chance(0.5) ? 6 : 80));
    if (random_.Chance(0.5)) options.since_ns = RandomTime();
    if (random_.Chance(0.4)) options.until_ns = RandomTime();
    return options;
  }

  TestSpool& spool() { return spool_; }

 private:
  void AddRun(bool is_newest) {
    streams_.push_back(std::make_unique<TestStream>(spool_.disk, spool_.NewStream()));
    RandomLog::Habits habits;
    if (random_.Chance(0.5)) habits.gap = 0;
    if (random_.Chance(0.3)) habits.huge = 0.05;
    if (random_.Chance(0.3)) habits.roll = 0.3;
    if (random_.Chance(0.3)) habits.index = 0;
    RandomLog log(random_, *streams_.back(), habits);
    log.Write(random_.Chance(0.1) ? 0 : random_.Below(80));
    time_max_ = std::max(time_max_, log.time());
    if (random_.Chance(0.3)) log.WriteCut();
    if (random_.Chance(0.2)) streams_.back()->DropFirst(random_.Between(1, 3));
    if (!is_newest || random_.Chance(0.5)) streams_.back()->End();
  }

  int64_t RandomTime() {
    const auto steps = static_cast<uint64_t>((time_max_ - RandomLog::kTimeBase) / RandomLog::kTimeStep);
    return RandomLog::kTimeBase + (static_cast<int64_t>(random_.Below(steps + 6)) - 3) * RandomLog::kTimeStep;
  }

  TestSpool spool_;
  SeededRandom random_;
  std::vector<std::unique_ptr<TestStream>> streams_;
  int64_t time_max_ = RandomLog::kTimeBase;
};

std::string Describe(const ReadOptions& options) {
  std::string text = "tail " + std::to_string(options.tail);
  if (options.since_ns) text += " since " + std::to_string(*options.since_ns);
  if (options.until_ns) text += " until " + std::to_string(*options.until_ns);
  return text;
}

TEST(LogReaderModel, AnyTailSinceAndUntilSaysWhatTheOracleSays) {
  for (uint64_t seed = 1; seed <= Rounds(2500); ++seed) {
    RandomContainer container(seed);
    const std::vector<OracleStream> known = container.Known();
    for (int i = 0; i < 16; ++i) {
      const ReadOptions options = container.RandomOptions();
      TestSpool& spool = container.spool();
      LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", options);
      const std::vector<Said> said = ReadAll(reader);
      const std::vector<Said> expected = ExpectedAnswer(known, options);
      ASSERT_TRUE(said == expected) << "seed " << seed << " " << Describe(options) << "\nsaid\n"
                                    << ToString(said) << "expected\n" << ToString(expected);
    }
  }
}

}  // namespace
}  // namespace tailrace
