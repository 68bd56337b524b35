// StreamWriter and StreamReader against a std::vector of frames: random writes, moves, kills, rolls, full disks, dropped
// segments, failing calls. What was offered is read back in order, once, or lies before what retention dropped.
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed), rig_(random_.Chance(0.5) ? 64_KiB : 200'000) {}

  void Step() {
    switch (random_.Below(12)) {
      case 0: case 1: case 2: return Offer();
      case 3: case 4: case 5: return MoveSome();
      case 6: return Kill();
      case 7: return rig_.writer->RequestRoll();
      case 8: return Drop();
      case 9: return FillDisk();
      case 10: return DieInMove();
      case 11: return FailInMove();
    }
  }

  testing::AssertionResult Check() {
    Recover();
    if (!rig_.MoveAll()) return testing::AssertionFailure() << "the disk refused";
    const ReadBack back = rig_.Read();
    const std::string_view expected = std::string_view(all_).substr(rig_.stream->Snapshot().first);
    if (back.damaged_bytes != 0) return testing::AssertionFailure() << "damage";
    if (back.suspect_reads != 0) return testing::AssertionFailure() << "suspect";
    if (back.end != all_.size()) return testing::AssertionFailure() << "ends at " << back.end << " of " << all_.size();
    const uint64_t lines_before = LinesIn(std::string_view(all_).substr(0, rig_.stream->Snapshot().first));
    if (back.gaps.size() != (dropped_ > 0 ? 1u : 0u)) return testing::AssertionFailure() << back.gaps.size() << " gaps";
    if (back.lost_lines() != lines_before) {
      return testing::AssertionFailure() << back.lost_lines() << " lines lost, not " << lines_before;
    }
    if (rig_.writer->walk().counts().total() != lines_) return testing::AssertionFailure() << "wrong line count";
    if (!AreSealedWhole(rig_)) return testing::AssertionFailure() << "a sealed segment ends in mid-frame";
    return SameBytes(back.bytes, expected);
  }

  // Each line of each index fits the bytes before it, whatever has happened.
  testing::AssertionResult CheckIndexes() {
    for (const Segment& segment : rig_.stream->Segments()) {
      if (!rig_.disk.Exists(rig_.Path(segment.start, ".idx"))) continue;
      const std::string bytes = rig_.disk.Contents(rig_.Path(segment.start));
      const std::vector<IndexLine> lines = ParseIndex(rig_.disk.Contents(rig_.Path(segment.start, ".idx")), segment.start);
      for (size_t i = 1; i < lines.size(); ++i) {
        const uint64_t from = lines[i - 1].offset;
        const auto block = std::string_view(bytes).substr(from - segment.start, lines[i].offset - from);
        if (Crc32c(block) == lines[i].block_crc) continue;
        return testing::AssertionFailure() << "segment " << segment.start << ", line " << i << " at " << lines[i].offset;
      }
    }
    return testing::AssertionSuccess();
  }

  // What was hard about it.
  static inline uint64_t kills = 0, cuts = 0, rolls = 0, drops = 0, refusals = 0, deaths = 0, failures = 0;

 private:
  static uint64_t LinesIn(std::string_view bytes) {
    StreamWalk walk{IndexLine{}};
    walk.Walk(bytes, nullptr);
    return walk.counts().total();
  }
  void Offer() {
    std::string frames;
    for (uint64_t n = random_.Between(1, 30); n > 0; --n) {
      const size_t bytes = random_.Chance(0.02) ? random_.Below(120'000) : random_.Below(random_.Chance(0.2) ? 16'000 : 300);
      if (random_.Chance(0.1)) {
        for (const std::string& piece : SplitLine("stdout", kFirstTime, LineText(lines_, 40'000))) frames += piece;
      } else {
        frames += LineFrame(lines_, bytes);
      }
      ++lines_;
    }
    all_ += frames;
    rig_.Write(frames);
  }
  void MoveSome() {
    rig_.disk.SetSpliceBytesMax(random_.Chance(0.3) ? SIZE_MAX : random_.Between(1, 70'000));
    for (uint64_t n = random_.Between(1, 4); n > 0; --n) {
      const StreamWriter::Moved moved = rig_.Move(random_.Between(1, 300'000));
      refusals += moved.status.code() == StatusCode::kNoSpace;
    }
    cuts += rig_.writer->is_cut();
  }
  void Kill() {
    ++kills;
    rolls += rig_.stream->Segments().size();
    rig_.Kill();
  }
  void Drop() {
    const std::vector<Segment> segments = rig_.stream->Segments();
    if (segments.size() < 2 || random_.Chance(0.6)) return;
    const uint64_t keep = segments[random_.Between(1, segments.size() - 1)].start;
    for (const Segment& segment : rig_.stream->DropFirst(keep)) {
      CHECK(rig_.disk.Unlink(rig_.Path(segment.start)).ok());
      const Status ignored = rig_.disk.Unlink(rig_.Path(segment.start, ".idx"));
      ++dropped_;
      ++drops;
    }
  }
  void FillDisk() {
    const uint64_t full = rig_.disk.UsedBytes() + random_.Below(60'000);
    rig_.disk.SetCapacity(random_.Chance(0.5) ? uint64_t{1} << 40 : full);
  }
  void DieInMove() {
    constexpr DeathMode kModes[] = {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter};
    rig_.disk.DieAtCall(random_.Between(1, 12), kModes[random_.Below(3)]);
    try {
      MoveSome();
      rig_.disk.DieAtCall(0, DeathMode::kAfter);
    } catch (const SimulatedDeath&) {
      ++deaths;
      rig_.Kill();
    }
  }
  void FailInMove() {
    rig_.disk.FailCall(random_.Between(1, 12), StatusCode::kIo);
    for (int n = 0; n < 3; ++n) failures += !rig_.Move().status.ok();
    rig_.disk.ClearFailures();
  }
  void Recover() {
    rig_.disk.SetCapacity(uint64_t{1} << 40);
    rig_.disk.SetSpliceBytesMax(SIZE_MAX);
  }

  SeededRandom random_;
  StreamRig rig_;
  std::string all_;
  uint64_t lines_ = 0;
  uint64_t dropped_ = 0;
};

TEST(StreamWriterModel, RandomOperationsLoseAndDoubleNothing) {
  const uint64_t sequences = IsLongRun() ? 40'000 : 2'000;
  for (uint64_t seed = 0; seed < sequences; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed + 1'000'000);
    Model model(seed);
    for (uint64_t steps = random.Between(1, seed % 10 == 0 ? 200 : 50); steps > 0; --steps) {
      model.Step();
      ASSERT_TRUE(steps % 8 != 0 || model.CheckIndexes());
    }
    ASSERT_TRUE(model.Check());
    ASSERT_TRUE(seed % 16 != 0 || model.Check());  // Reading is without effect.
  }
  EXPECT_GT(Model::kills, 1000u);
  EXPECT_GT(Model::cuts, 1000u);
  EXPECT_GT(Model::rolls, 1000u);
  EXPECT_GT(Model::drops, 300u);
  EXPECT_GT(Model::refusals, 300u);
  EXPECT_GT(Model::deaths, 500u);
  EXPECT_GT(Model::failures, 300u);
}

}  // namespace
}  // namespace tailrace
