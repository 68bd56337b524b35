#include "journal/walk.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "tests/fakes/seeded_random.h"
#include "tests/journal/lines.h"

namespace tailrace {
namespace {

std::string Piece(std::string_view source, int64_t time, int ordinal, bool last) {
  return Partial(source, time, "piece", "id", ordinal, last);
}

TEST(StreamWalk, CountsLineEndsPerSource) {
  StreamWalk walk{IndexLine{}};
  const std::string bytes = LineFrames(0, 9);
  EXPECT_EQ(walk.Walk(bytes, nullptr), 9u);
  EXPECT_EQ(walk.whole_end(), bytes.size());
  EXPECT_EQ(walk.counts().of(Source::kStdout), 6u);
  EXPECT_EQ(walk.counts().of(Source::kStderr), 3u);
}

TEST(StreamWalk, PieceEndsNoLineAndLeavesItOpen) {
  StreamWalk walk{IndexLine{}};
  walk.Walk(Piece("stderr", 1, 1, false) + LineFrame(0), nullptr);
  EXPECT_EQ(walk.counts().total(), 1u);
  EXPECT_FALSE(walk.is_open()[0]);
  EXPECT_TRUE(walk.is_open()[1]);
  walk.Walk(Piece("stderr", 1, 2, true), nullptr);
  EXPECT_EQ(walk.counts().of(Source::kStderr), 1u);
  EXPECT_FALSE(walk.is_open()[1]);
}

TEST(StreamWalk, TimeIsARunningMaximum) {
  StreamWalk walk{IndexLine{}};
  walk.Walk(Frame("stdout", 500, "a") + Frame("stderr", 300, "b"), nullptr);
  EXPECT_EQ(walk.time_max(), 500);
  walk.Walk(Frame("stdout", 501, "c"), nullptr);
  EXPECT_EQ(walk.time_max(), 501);
}

TEST(StreamWalk, StopsBeforeACutFrameWhereverItIsCut) {
  const std::string frame = LineFrame(3, 300);
  const std::string bytes = LineFrames(0, 2) + frame;
  for (size_t cut = 0; cut < frame.size(); ++cut) {
    StreamWalk walk{IndexLine{}};
    EXPECT_EQ(walk.Walk(std::string_view(bytes).substr(0, bytes.size() - frame.size() + cut), nullptr), 2u) << cut;
    EXPECT_EQ(walk.whole_end(), bytes.size() - frame.size());
    EXPECT_EQ(walk.Walk(std::string_view(bytes).substr(walk.whole_end()), nullptr), 1u);
    EXPECT_EQ(walk.whole_end(), bytes.size());
  }
}

// However the bytes are cut, the same lines come out of it: recovery and intake cannot disagree.
TEST(StreamWalk, CutsDoNotChangeTheIndex) {
  std::string bytes;
  SeededRandom random(1);
  for (uint64_t i = 0; bytes.size() < 400'000; ++i) bytes += LineFrame(i, random.Below(4000));
  StreamWalk whole{IndexLine{}};
  std::vector<IndexLine> lines;
  whole.Walk(bytes, &lines);
  ASSERT_GE(lines.size(), 5u);
  for (int round = 0; round < 50; ++round) {
    StreamWalk walk{IndexLine{}};
    std::vector<IndexLine> again;
    for (uint64_t end = 0; end < bytes.size();) {
      end = std::min<uint64_t>(bytes.size(), end + random.Between(1, 30'000));
      const uint64_t from = walk.whole_end();
      walk.Walk(std::string_view(bytes).substr(from, end - from), &again);
    }
    ASSERT_EQ(again, lines);
    ASSERT_EQ(walk.counts(), whole.counts());
  }
}

TEST(StreamWalk, WritesALineEach64KiBWithTheBlocksChecksum) {
  const std::string bytes = LineFrames(0, 3000, 100);
  StreamWalk walk{IndexLine{}};
  std::vector<IndexLine> lines;
  walk.Walk(bytes, &lines);
  ASSERT_EQ(lines.size(), bytes.size() / kIndexBlockBytes);
  uint64_t from = 0;
  for (const IndexLine& line : lines) {
    EXPECT_GE(line.offset - from, kIndexBlockBytes);
    EXPECT_LT(line.offset - from, kIndexBlockBytes + 200);
    EXPECT_EQ(line.block_crc, Crc32c(std::string_view(bytes).substr(from, line.offset - from)));
    EXPECT_FALSE(line.has_damage);
    StreamWalk there{IndexLine{}};
    there.Walk(std::string_view(bytes).substr(0, line.offset), nullptr);
    EXPECT_EQ(there.whole_end(), line.offset);
    EXPECT_EQ(there.counts(), line.counts);
    EXPECT_EQ(there.time_max(), line.time_max);
    from = line.offset;
  }
}

TEST(StreamWalk, DamageIsStridenOverAndFlagged) {
  const std::string good = LineFrames(0, 3000, 100);
  std::string bytes = good;
  bytes.replace(LineFrames(0, 7, 100).size(), 8, std::string(8, '\0'));
  StreamWalk walk{IndexLine{}};
  std::vector<IndexLine> lines;
  const size_t frames = walk.Walk(bytes, &lines);
  EXPECT_LT(frames, 3000u);
  EXPECT_GE(frames, 2997u);
  EXPECT_EQ(walk.whole_end(), bytes.size());
  ASSERT_GE(lines.size(), 2u);
  EXPECT_TRUE(lines[0].has_damage);
  EXPECT_FALSE(lines[1].has_damage);
}

TEST(StreamWalk, GarbageOfEveryKindEndsWithoutAnAbort) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = LineFrames(0, random.Below(5), random.Below(100));
    for (uint64_t flips = random.Below(20); flips > 0 && !bytes.empty(); --flips) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    }
    for (uint64_t n = random.Below(60); n > 0; --n) bytes += static_cast<char>(random.Below(random.Chance(0.5) ? 256 : 2));
    StreamWalk walk{IndexLine{}};
    walk.Walk(bytes, nullptr);
    ASSERT_LE(walk.whole_end(), bytes.size());
  }
}

TEST(StreamWalk, GoesOnFromAnIndexLine) {
  IndexLine line;
  line.offset = 5000;
  line.counts.ends = {7, 9};
  line.time_max = 99;
  line.is_open = {true, false};
  StreamWalk walk(line);
  EXPECT_TRUE(walk.is_open()[0]);
  walk.Walk(Frame("stdout", 50, "end of the open line"), nullptr);
  EXPECT_EQ(walk.counts().of(Source::kStdout), 8u);
  EXPECT_EQ(walk.time_max(), 99);
  EXPECT_GT(walk.whole_end(), 5000u);
  EXPECT_EQ(walk.block_start(), 5000u);
}

}  // namespace
}  // namespace tailrace
