#include "sinks/spool/log_encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/log_frames.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

using LineEnd = LogEncoder::LineEnd;
constexpr int64_t kTime = 1'767'323'045'123'456'789;

std::string_view Golden(const char* bytes, size_t n) { return {bytes, n}; }

TEST(LogEncoder, ALineHasItsNewline) {
  LogEncoder encoder;
  encoder.AddLine({Source::kStdout, 1, "hello", LineEnd::kNewline});
  EXPECT_EQ(encoder.bytes(), Golden("\0\0\0\x12\x0a\x06stdout\x10\x01\x1a\x06hello\n", 22));
}

TEST(LogEncoder, AnOpenLineHasNone) {
  LogEncoder encoder;
  encoder.AddLine({Source::kStderr, 300, "hello", LineEnd::kNone});
  EXPECT_EQ(encoder.bytes(), Golden("\0\0\0\x12\x0a\x06stderr\x10\xac\x02\x1a\x05hello", 22));
}

TEST(LogEncoder, AMarkerIsALineOfStderr) {
  LogEncoder encoder;
  encoder.AddMarker(17, GapReason::kDropOldest, kTime);
  EXPECT_EQ(encoder.bytes(), Frame("stderr", kTime, "tailrace: 17 lines lost here (drop-oldest)\n"));
}

TEST(LogEncoder, AHeartbeatHasATimeAndNothingElse) {
  LogEncoder encoder;
  encoder.AddHeartbeat({1});
  EXPECT_EQ(encoder.bytes(), Golden("\0\0\0\x02\x10\x01", 6));
}

// Byte for byte what protobuf writes: defaults are left out, varints as short as can be.
TEST(LogEncoder, WritesWhatProtobufWrites) {
  SeededRandom random(1);
  LogEncoder encoder;
  std::string expected;
  for (size_t bits = 0; bits <= 64; ++bits) {
    for (size_t length : {0U, 1U, 126U, 127U, 128U, 16382U, 16383U, 16384U}) {
      for (LineEnd end : {LineEnd::kNewline, LineEnd::kNone}) {
        const int64_t time = bits == 0 ? 0 : static_cast<int64_t>(random.Next64() >> (64 - bits));
        const std::string text(length, '\xff');
        const Source source = random.Chance(0.5) ? Source::kStdout : Source::kStderr;
        encoder.AddLine({source, time, text, end});
        expected += Frame(SourceName(source), time, end == LineEnd::kNewline ? text + "\n" : text);
      }
    }
  }
  EXPECT_EQ(encoder.size(), expected.size());
  EXPECT_TRUE(encoder.bytes() == expected);
}

TEST(LogEncoder, ClearedOrReleasedItBeginsAnew) {
  LogEncoder encoder;
  encoder.AddLine({Source::kStdout, kTime, std::string(100'000, 'x'), LineEnd::kNewline});
  encoder.Clear();
  EXPECT_EQ(encoder.size(), 0u);
  encoder.AddHeartbeat({kTime});
  EXPECT_GT(encoder.size(), 0u);
  encoder.Release();
  EXPECT_EQ(encoder.bytes(), "");
  encoder.AddLine({Source::kStdout, kTime, "x", LineEnd::kNewline});
  EXPECT_EQ(encoder.bytes(), Frame("stdout", kTime, "x\n"));
}

}  // namespace
}  // namespace tailrace
