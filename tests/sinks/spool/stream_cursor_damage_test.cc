// StreamCursor over bytes that are not what was written.
#include "sinks/spool/stream_cursor.h"
#include "tests/sinks/spool/stream_cursor_rig.h"

namespace tailrace {
namespace {

using StreamCursorDamageTest = StreamCursorRig;

TEST_F(StreamCursorDamageTest, DamageLosesTheFrameThatItHits) {
  Lines(2);
  Lines(1, "stderr");
  Lines(4);
  for (size_t i = 1; i < 6; ++i) {
    Flip(starts_[i] + 4, '\x7f');  // The body is no entry any more.
    std::vector<Said> expected = LinesFrom(1, 7);
    expected[2] = Line(3, "stderr");
    expected[i] = Marker(1, "damage", 1000 + static_cast<int64_t>(i) + 2);
    EXPECT_EQ(Read(), expected) << i;
    Flip(starts_[i] + 4, '\x7f');
  }
}

TEST_F(StreamCursorDamageTest, DamagedLengthsLoseNothingElse) {
  Lines(4);
  stream_.Roll();
  Lines(4);
  for (size_t i = 1; i < 7; ++i) {
    for (size_t byte = 0; byte < 4; ++byte) {
      for (int bit = 0; bit < 8; ++bit) {
        Flip(starts_[i] + byte, static_cast<char>(1 << bit));
        std::vector<Said> expected = LinesFrom(1, 8);
        expected[i] = Marker(1, "damage", 1000 + static_cast<int64_t>(i) + 2);
        EXPECT_EQ(Read(), expected) << i << " byte " << byte << " bit " << bit;
        Flip(starts_[i] + byte, static_cast<char>(1 << bit));
      }
    }
  }
}

TEST_F(StreamCursorDamageTest, DamageInFrontIsNotShown) {
  Lines(4);
  Flip(0, '\x7f');
  EXPECT_EQ(Read(), LinesFrom(2, 4));
  EXPECT_EQ(stats_.corrupt_bytes, starts_[1]);
}

TEST_F(StreamCursorDamageTest, DamageAtTheEndHasTheTimeOfWhatIsBefore) {
  Lines(4);
  Flip(starts_[3] + 1, '\x7f');
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1), Line(2), Line(3), Marker(1, "damage", 1003)}));
  EXPECT_EQ(outcome_, Outcome::kDone);
}

TEST_F(StreamCursorDamageTest, AStretchOfDamageIsOneMarker) {
  Lines(9);
  stream_.IndexHere();
  Lines(2);
  for (uint64_t at = starts_[3]; at < starts_[6]; ++at) Flip(at, '\x55');
  std::vector<Said> expected = LinesFrom(1, 3);
  expected.push_back(Marker(3, "damage", 1007));
  for (const Said& said : LinesFrom(7, 11)) expected.push_back(said);
  EXPECT_EQ(Read(), expected);
  EXPECT_EQ(stats_.corrupt_bytes, starts_[6] - starts_[3]);
}

TEST_F(StreamCursorDamageTest, DamageBeforeTheTailIsNotShown) {
  Lines(5);
  stream_.IndexHere();
  Lines(3);
  Flip(starts_[2], '\x7f');
  EXPECT_EQ(Read(3), LinesFrom(6, 8));
  Flip(starts_[6], '\x7f');
  EXPECT_EQ(Read(3), (std::vector<Said>{Line(6), Marker(1, "damage", 1008), Line(8)}));
}

TEST_F(StreamCursorDamageTest, DamageBetweenTheIndexLineAndTheTailIsNotShown) {
  Lines(3);
  stream_.IndexHere();
  Lines(5);
  Flip(starts_[4], '\x7f');
  EXPECT_EQ(Read(3), LinesFrom(6, 8));
}

TEST_F(StreamCursorDamageTest, WhatIsOpenBeforeDamageIsLostWithIt) {
  stream_.Add(Partial("stdout", 999, "lost ", "id", 1, false));
  Lines(1, "stderr");
  Lines(1, "stderr");
  stream_.Add(Partial("stdout", 999, "rest", "id", 2, true));
  Lines(1, "stderr");
  Flip(starts_[1] + 4, '\x7f');
  EXPECT_EQ(Read(), (std::vector<Said>{Line(1, "stderr"), Marker(1, "damage", 999), {"stdout", 999, "rest\n"},
                                       Line(3, "stderr")}));
}

// Where a block ends in the middle of what looks like a frame, in the text of a damaged one, more has to be read to see
// that it is none.
TEST_F(StreamCursorDamageTest, AFrameInTheTextOfADamagedOneIsNotMistakenAtTheEndOfABlock) {
  constexpr size_t kBlock = kFrameHeaderBytes + kFrameBodyBytesMax;
  constexpr int64_t kTime = 1'767'323'045'000'000'000;
  const std::string fake = Frame("stdout", kTime, std::string(60, 'x'));
  std::vector<Said> expected;
  auto add_filler = [&](size_t frame_bytes) {
    for (size_t text_bytes = frame_bytes - 30;; ++text_bytes) {
      const std::string frame = Frame("stdout", kTime, std::string(text_bytes, 'f'));
      if (frame.size() < frame_bytes) continue;
      ASSERT_EQ(frame.size(), frame_bytes);
      stream_.Add(frame);
      expected.push_back({"stdout", kTime, std::string(text_bytes, 'f') + "\n"});
      return;
    }
  };
  while (stream_.whole_end() + 3000 < kBlock) add_filler(1000);
  add_filler(kBlock - 60 - stream_.whole_end());
  const uint64_t damaged = stream_.whole_end();
  stream_.Add(Frame("stdout", kTime, "text " + fake + std::string(100, 'y')));
  stream_.Add(Frame("stdout", kTime + 1, "behind"));
  stream_.Publish();
  Flip(damaged, '\x7f');
  expected.push_back(Marker(1, "damage", kTime + 1));
  expected.push_back({"stdout", kTime + 1, "behind\n"});
  EXPECT_TRUE(Read() == expected);
}

// What pages leave that were swapped: a line that is whole by its own account and holds others behind an index line.
TEST_F(StreamCursorDamageTest, ALineThatReachesOverAnIndexLineIsDamage) {
  Lines(5);
  stream_.IndexHere();
  Lines(5);
  stream_.IndexHere();
  Lines(2);
  const std::string& path = stream_.SegmentPath(0);
  std::string bytes = spool_.disk.Contents(path);
  const size_t size = starts_[7] - starts_[3];
  std::string text(size, 'x');
  while (Frame("stdout", 1004, text).size() > size) text.pop_back();
  bytes.replace(starts_[3], 18, Frame("stdout", 1004, text).substr(0, 18));
  spool_.disk.SetContents(path, bytes);
  std::vector<Said> expected = LinesFrom(1, 12);
  expected[3] = Marker(1, "damage", 1005);
  EXPECT_EQ(Read(), expected);
}

TEST_F(StreamCursorDamageTest, AnyFlipIsSurvived) {
  for (int i = 0; i < 6; ++i) {
    Lines(1);
    stream_.Add(Partial("stderr", 2000, "piece", "id", 1, false));
    stream_.Add(Partial("stderr", 2000, "", "id", 2, true));
    if (i == 2) stream_.Roll();
  }
  stream_.Publish();
  const std::vector<Said> whole = Read();
  for (uint64_t at = 0; at < stream_.whole_end(); ++at) {
    for (char mask : {'\x01', '\x80', '\x7f'}) {
      Flip(at, mask);
      const std::vector<Said> said = Read();
      EXPECT_EQ(outcome_, Outcome::kDone);
      // A flip may hit one frame, and with it the line that it is a piece of.
      EXPECT_GE(said.size() + 2, whole.size()) << at;
      EXPECT_LE(said.size(), whole.size() + 1) << at;
      Flip(at, mask);
    }
  }
}

}  // namespace
}  // namespace tailrace
