// StreamWriter after a kill: the stream goes on where its file ends.
#include <gtest/gtest.h>

#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

using std::string_literals::operator""s;

// Trap 25
TEST(StreamWriterRecovery, CutFrameIsCompletedAfterReattach) {
  const std::string frame = LineFrame(1, 200);
  for (size_t cut = 0; cut <= frame.size(); ++cut) {
    StreamRig rig;
    rig.disk.SetSpliceBytesMax(LineFrame(0).size() + cut);
    rig.Write(LineFrame(0) + frame + LineFrame(2));
    rig.Move();
    EXPECT_EQ(rig.writer->is_cut(), cut != 0 && cut != frame.size());
    rig.Kill();
    rig.disk.SetSpliceBytesMax(SIZE_MAX);
    ASSERT_TRUE(rig.MoveAll());
    ASSERT_TRUE(SameBytes(rig.Read().bytes, LineFrame(0) + frame + LineFrame(2))) << cut;
    ASSERT_EQ(rig.writer->walk().counts().total(), 3u) << cut;
  }
}

// Trap 29
TEST(StreamWriterRecovery, NothingOfASegmentIsEverRewritten) {
  StreamRig rig(1_MiB);
  rig.Write(LineFrames(0, 500, 300) + LineFrame(500, 300).substr(0, 77));
  ASSERT_TRUE(rig.MoveAll());
  const std::string before = rig.RawBytes();
  for (int kill = 0; kill < 5; ++kill) {
    rig.Kill();
    rig.Move();
    EXPECT_TRUE(SameBytes(rig.RawBytes(), before));
  }
  rig.Write(LineFrame(500, 300).substr(77) + LineFrame(501));
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_TRUE(rig.RawBytes().starts_with(before));
  EXPECT_EQ(rig.Read().frames, 502u);
}

TEST(StreamWriterRecovery, FirstSpliceDecidesWhetherTheStreamIsOver) {
  StreamRig rig;
  rig.Write(LineFrame(0));
  ASSERT_TRUE(rig.MoveAll());
  rig.Kill();
  EXPECT_EQ(rig.Move().kind, MoveOutcome::Kind::kEmpty);  // dockerd holds it.
  rig.Detach();
  rig.dockerd->Close();
  rig.disk.Crash();
  rig.Attach();
  EXPECT_EQ(rig.Move().kind, MoveOutcome::Kind::kEnded);
  EXPECT_TRUE(SameBytes(rig.Read().bytes, LineFrame(0)));
}

TEST(StreamWriterRecovery, EndCanBeRecoveredWithoutTheFifo) {
  StreamRig rig;
  rig.Write(LineFrames(0, 700, 300) + "\0\0\1"s);
  ASSERT_TRUE(rig.MoveAll());
  const LineCounts counts = rig.writer->walk().counts();
  rig.Kill();
  ASSERT_TRUE(rig.writer->Recover().ok());
  EXPECT_EQ(rig.writer->walk().counts(), counts);
  EXPECT_TRUE(rig.writer->is_cut());
}

enum class Harm { kMissing, kEmpty, kShort, kFirstLine, kLastLine, kDirectory };

// The same counts and the same bytes whatever became of an index.
class IndexHarm : public testing::TestWithParam<std::tuple<Harm, size_t>> {
 protected:
  static void Do(StreamRig& rig, Harm harm, const std::string& path) {
    if (!rig.disk.Exists(path)) return;
    const std::string bytes = rig.disk.Contents(path);
    switch (harm) {
      case Harm::kMissing:
      case Harm::kDirectory:
        CHECK(rig.disk.Unlink(path).ok());
        if (harm == Harm::kDirectory) rig.disk.MakeDirs(path);
        return;
      case Harm::kEmpty: return rig.disk.SetContents(path, "");
      case Harm::kShort: return rig.disk.SetContents(path, bytes.substr(0, bytes.size() - 1));
      case Harm::kFirstLine: return rig.disk.FlipBits(path, 5, 1);
      case Harm::kLastLine: return rig.disk.FlipBits(path, bytes.size() - 5, 1);
    }
  }
};

TEST_P(IndexHarm, IsRepairedByWalking) {
  const auto [harm, which] = GetParam();
  StreamRig rig(200'000);
  const std::string written = LineFrames(0, 2500, 300);
  rig.Write(written);
  ASSERT_TRUE(rig.MoveAll());
  const LineCounts counts = rig.writer->walk().counts();
  const int64_t time_max = rig.writer->walk().time_max();
  rig.Detach();
  rig.disk.Crash();
  rig.Attach();
  const std::vector<Segment> segments = rig.stream->Segments();
  ASSERT_GE(segments.size(), 4u);
  for (size_t i = 0; i < segments.size(); ++i) {
    if (which == i || which == 99) Do(rig, harm, rig.Path(segments[i].start, ".idx"));
  }
  rig.Kill();
  rig.Move();
  EXPECT_EQ(rig.writer->walk().counts(), counts);
  EXPECT_EQ(rig.writer->walk().time_max(), time_max);
  rig.Write(LineFrames(2500, 1500, 300));
  ASSERT_TRUE(rig.MoveAll());
  const ReadBack back = rig.Read();
  EXPECT_TRUE(SameBytes(back.bytes, written + LineFrames(2500, 1500, 300)));
  EXPECT_EQ(back.suspect_reads, 0u);
  EXPECT_TRUE(AreSealedWhole(rig));
  if (harm == Harm::kDirectory) return;
  const uint64_t newest = segments.back().start;
  const std::vector<IndexLine> lines = ParseIndex(rig.disk.Contents(rig.Path(newest, ".idx")), newest);
  ASSERT_GE(lines.size(), 3u);  // Written again, to the seal.
}

INSTANTIATE_TEST_SUITE_P(StreamWriterRecovery, IndexHarm,
                         testing::Combine(testing::Values(Harm::kMissing, Harm::kEmpty, Harm::kShort, Harm::kFirstLine,
                                                          Harm::kLastLine, Harm::kDirectory),
                                          testing::Values(0, 1, 3, 99)));

// The process dies at every call that changes something; whatever it was doing, no byte is lost or doubled.
TEST(StreamWriterRecovery, NoKillLosesOrDoublesAByte) {
  const std::string written = LineFrames(0, 900, 300);
  uint64_t deaths = 0;
  uint64_t cut = 0;
  for (DeathMode mode : {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter}) {
    for (uint64_t k = 1;; ++k) {
      StreamRig rig;
      rig.disk.SetSpliceBytesMax(9000);
      rig.disk.DieAtCall(k, mode);
      rig.Write(written);
      bool has_died = false;
      try {
        rig.MoveAll();
      } catch (const SimulatedDeath&) {
        has_died = true;
      }
      if (!has_died) break;
      ++deaths;
      rig.Kill();
      rig.disk.SetSpliceBytesMax(SIZE_MAX);
      rig.Move(1);
      cut += rig.writer->is_cut();
      ASSERT_TRUE(rig.MoveAll());
      ASSERT_TRUE(SameBytes(rig.RawBytes(), written)) << k;
      ASSERT_EQ(rig.writer->walk().counts().total(), 900u) << k;
      ASSERT_TRUE(AreSealedWhole(rig)) << k;
    }
  }
  EXPECT_GT(deaths, 100u);
  EXPECT_GT(cut, 50u);
}

TEST(StreamWriterRecovery, UnreadableSegmentIsAnErrorAndNoAbort) {
  StreamRig rig;
  rig.Write(LineFrames(0, 700, 300));
  ASSERT_TRUE(rig.MoveAll());
  rig.Kill();
  rig.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = ".log"});
  rig.Write(LineFrame(700));
  EXPECT_EQ(rig.Move().status.code(), StatusCode::kIo);
  EXPECT_FALSE(rig.writer->CutFrame().ok());
  rig.disk.ClearFailures();
  ASSERT_TRUE(rig.MoveAll());
  EXPECT_EQ(rig.writer->walk().counts().total(), 701u);
}

}  // namespace
}  // namespace tailrace
