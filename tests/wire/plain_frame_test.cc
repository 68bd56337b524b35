#include "wire/plain_frame.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/log_frames.h"
#include "tests/fakes/seeded_random.h"
#include "tests/wire/random_entry.h"
#include "tests/wire/test_scale.h"

namespace tailrace {
namespace {

constexpr int64_t kTime = 1'767'323'045'123'456'789;

bool IsPlain(std::string_view bytes) {
  // In a buffer of its own, so that a sanitizer sees a read beyond it.
  const std::string copy(bytes);
  PlainFrame frame;
  return ReadPlainFrame(copy.data(), copy.size(), frame);
}

// The quick way and the general way say the same.
void ExpectAgreement(std::string_view bytes) {
  PlainFrame plain;
  if (!ReadPlainFrame(bytes.data(), bytes.size(), plain)) return;
  const FrameStep step = NextFrame(bytes, true);
  ASSERT_EQ(step.kind, FrameStep::Kind::kFrame);
  ASSERT_EQ(step.bytes, plain.bytes);
  LogEntry entry;
  ASSERT_TRUE(DecodeLogEntry(step.body, entry));
  EXPECT_EQ(entry.source, plain.source);
  EXPECT_EQ(entry.time_nano, plain.time_nano);
  EXPECT_EQ(entry.line, bytes.substr(plain.line_at, plain.bytes - plain.line_at));
  EXPECT_TRUE(entry.ends_line());
}

TEST(PlainFrame, IsALineAsDockerdWritesIt) {
  for (size_t length : {1U, 127U, 128U, 16383U, 16384U}) {
    for (const char* source : {"stdout", "stderr"}) {
      const std::string frame = Frame(source, kTime, std::string(length, 'x'));
      EXPECT_TRUE(IsPlain(frame)) << length;
      EXPECT_TRUE(IsPlain(frame + "what follows")) << length;
      ExpectAgreement(frame);
    }
  }
}

TEST(PlainFrame, AnythingElseGoesTheGeneralWay) {
  EXPECT_FALSE(IsPlain(""));
  EXPECT_FALSE(IsPlain(Frame("stdout", kTime, "")));
  EXPECT_FALSE(IsPlain(Frame("stdout", 1, std::string(40, 'x'))));  // A time of 1970.
  EXPECT_FALSE(IsPlain(Frame("elsewhere", kTime, "x")));
  EXPECT_FALSE(IsPlain(Partial("stdout", kTime, "x", "id", 1, true)));
}

TEST(PlainFrame, EveryByteTruncation) {
  const std::string frame = Frame("stdout", kTime, std::string(200, 'x'));
  for (size_t cut = 0; cut < frame.size(); ++cut) EXPECT_FALSE(IsPlain(frame.substr(0, cut))) << cut;
}

TEST(PlainFrame, EveryByteFlip) {
  const std::string frames = Frame("stdout", kTime, std::string(130, 'x')) + Frame("stderr", kTime, "next");
  for (size_t at = 0; at < frames.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string flipped = frames;
      flipped[at] = static_cast<char>(value);
      ExpectAgreement(flipped);
    }
  }
}

TEST(PlainFrame, AFrameBeyondTheLimitIsNone) {
  const std::string body = Frame("stdout", kTime, std::string(kFrameBodyBytesMax, 'x'));
  EXPECT_FALSE(IsPlain(body));
}

TEST(PlainFrame, AgreesAboutMutatedFrames) {
  SeededRandom random(1);
  for (size_t i = 0; i < Rounds(300'000); ++i) {
    const std::string body = RandomBody(random);
    std::string frame(kFrameHeaderBytes, '\0');
    StoreBig32(frame.data(), static_cast<uint32_t>(body.size()));
    frame += random.Chance(0.5) ? Mutated(body, random) : body;
    ExpectAgreement(frame);
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace tailrace
