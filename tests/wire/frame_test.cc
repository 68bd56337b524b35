#include "wire/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fakes/log_frames.h"
#include "tests/fakes/seeded_random.h"
#include "tests/wire/random_entry.h"
#include "tests/wire/test_scale.h"
#include "wire/log_entry.h"

namespace tailrace {
namespace {

constexpr int64_t kTime = 1'767'323'045'123'456'789;

struct Walked {
  std::vector<size_t> frames;  // where they begin
  size_t damaged_bytes = 0;
  size_t rest = 0;             // behind the last step

  bool Has(size_t offset) const { return std::binary_search(frames.begin(), frames.end(), offset); }
};

// Walks as far as it goes. Checks what must hold of every step.
Walked Walk(std::string_view bytes, bool at_end) {
  Walked walked;
  size_t at = 0;
  for (;;) {
    std::string_view rest = bytes.substr(at);
    const FrameStep step = NextFrame(rest, at_end);
    if (step.kind == FrameStep::Kind::kNeedMore) {
      EXPECT_TRUE(step.bytes == 0 || step.bytes > rest.size());
      walked.rest = rest.size();
      return walked;
    }
    EXPECT_GT(step.bytes, 0u);
    EXPECT_LE(step.bytes, rest.size());
    if (step.bytes == 0 || step.bytes > rest.size()) return walked;
    size_t bytes_done = step.bytes;
    LogEntry entry;
    if (step.kind == FrameStep::Kind::kFrame) {
      EXPECT_EQ(step.body.size() + kFrameHeaderBytes, step.bytes);
      EXPECT_EQ(step.body.data(), rest.data() + kFrameHeaderBytes);
    }
    if (step.kind == FrameStep::Kind::kFrame && DecodeLogEntry(step.body, entry)) {
      walked.frames.push_back(at);
    } else {
      if (step.kind == FrameStep::Kind::kFrame) bytes_done = FindFrame(rest, 1, at_end);
      walked.damaged_bytes += bytes_done;
    }
    at += bytes_done;
  }
}

// Frames as dockerd writes them, one behind the other.
struct Frames {
  std::string bytes;
  std::vector<size_t> starts;

  void Add(const std::string& frame) {
    starts.push_back(bytes.size());
    bytes += frame;
  }
  // Which frame holds the byte.
  size_t Holding(size_t at) const {
    return static_cast<size_t>(std::upper_bound(starts.begin(), starts.end(), at) - starts.begin()) - 1;
  }
};

Frames SomeFrames() {
  Frames frames;
  frames.Add(Frame("stdout", kTime, "first"));
  frames.Add(Frame("stderr", kTime + 1, ""));
  frames.Add(Partial("stdout", kTime + 2, "a piece", "0123456789abcdef", 1, false));
  frames.Add(Partial("stdout", kTime + 2, "the rest", "0123456789abcdef", 2, true));
  frames.Add(Frame("stdout", kTime + 3, std::string(300, 'x')));
  frames.Add(Frame("stderr", kTime + 4, std::string("\0\x01\x02\xff", 4)));
  frames.Add(Frame("stdout", kTime + 5, "last but one"));
  frames.Add(Frame("stdout", kTime + 6, "last"));
  return frames;
}

TEST(NextFrame, GivesOneFrameAfterTheOther) {
  const Frames frames = SomeFrames();
  for (bool at_end : {false, true}) {
    const Walked walked = Walk(frames.bytes, at_end);
    EXPECT_EQ(walked.frames, frames.starts);
    EXPECT_EQ(walked.damaged_bytes, 0u);
    EXPECT_EQ(walked.rest, 0u);
  }
}

TEST(NextFrame, ACutFrameNeedsMoreAndSaysHowMuch) {
  const std::string frame = Frame("stdout", kTime, "hello");
  for (size_t cut = 0; cut < frame.size(); ++cut) {
    const FrameStep step = NextFrame(std::string_view(frame).substr(0, cut), false);
    EXPECT_EQ(step.kind, FrameStep::Kind::kNeedMore) << cut;
    EXPECT_EQ(step.bytes, cut < kFrameHeaderBytes ? 0 : frame.size()) << cut;
  }
}

TEST(NextFrame, EveryCutLeavesTheFramesBeforeIt) {
  const Frames frames = SomeFrames();
  for (size_t cut = 0; cut <= frames.bytes.size(); ++cut) {
    for (bool at_end : {false, true}) {
      const Walked walked = Walk(std::string_view(frames.bytes).substr(0, cut), at_end);
      const auto whole = static_cast<size_t>(std::upper_bound(frames.starts.begin(), frames.starts.end(), cut) -
                                             frames.starts.begin()) - (cut < frames.bytes.size() ? 1 : 0);
      EXPECT_EQ(walked.frames.size(), whole) << cut;
      EXPECT_EQ(walked.damaged_bytes, 0u) << cut;
    }
  }
}

TEST(NextFrame, LengthsOfZeroAndBeyondTheLimitAreDamage) {
  const std::string good = Frame("stdout", kTime, "good") + Frame("stdout", kTime, "better");
  for (uint32_t length : {uint32_t{0}, static_cast<uint32_t>(kFrameBodyBytesMax + 1), UINT32_MAX}) {
    std::string bytes(4, '\0');
    StoreBig32(bytes.data(), length);
    bytes += "rubbish";
    const FrameStep step = NextFrame(bytes + good, false);
    EXPECT_EQ(step.kind, FrameStep::Kind::kDamage);
    EXPECT_EQ(step.bytes, bytes.size());
  }
}

TEST(NextFrame, TheLargestFrameIsAFrame) {
  proto::LogEntry entry;
  entry.set_source("stdout");
  entry.set_time_nano(kTime);
  entry.set_line(std::string(kFrameBodyBytesMax - 22, 'x'));
  const std::string frame = Frame(entry);
  ASSERT_EQ(frame.size(), kFrameHeaderBytes + kFrameBodyBytesMax);
  EXPECT_EQ(Walk(frame, true).frames.size(), 1u);
}

TEST(NextFrame, AFrameThatIsNotDockerdsIsAFrame) {
  proto::LogEntry entry;
  entry.set_time_nano(7);
  const std::string odd = Frame(entry);
  const std::string bytes = odd + odd + Frame("stdout", kTime, "x") + odd;
  const Walked walked = Walk(bytes, true);
  EXPECT_EQ(walked.frames.size(), 4u);
  EXPECT_EQ(walked.damaged_bytes, 0u);
}

// Of a body that is damaged inside, with the framing whole, nothing else is lost.
TEST(NextFrame, DamageInABodyStaysThere) {
  Frames frames = SomeFrames();
  frames.bytes[frames.starts[4] + 4] = '\x0b';  // A group: not an entry.
  const FrameStep step = NextFrame(std::string_view(frames.bytes).substr(frames.starts[4]), true);
  EXPECT_EQ(step.kind, FrameStep::Kind::kFrame);
  LogEntry entry;
  EXPECT_FALSE(DecodeLogEntry(step.body, entry));
  const Walked walked = Walk(frames.bytes, true);
  std::erase(frames.starts, frames.starts[4]);
  EXPECT_EQ(walked.frames, frames.starts);
  EXPECT_EQ(walked.damaged_bytes, step.bytes);
}

TEST(NextFrame, AfterEveryFlipTheNextFrameIsFound) {
  const Frames frames = SomeFrames();
  for (size_t at = 0; at < frames.bytes.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string bytes = frames.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const size_t hit = frames.Holding(at);
      const Walked walked = Walk(bytes, true);
      for (size_t i = 0; i < frames.starts.size(); ++i) {
        if (i == hit) continue;
        ASSERT_TRUE(walked.Has(frames.starts[i])) << "frame " << i << " at " << at << " flip " << flip;
      }
    }
  }
}

TEST(NextFrame, AfterEveryMissingStretchFramesAreFoundAgain) {
  const Frames frames = SomeFrames();
  for (size_t at = 0; at < frames.bytes.size(); ++at) {
    for (size_t n : {1U, 3U, 4U, 17U, 60U}) {
      if (at + n > frames.starts.back()) continue;
      std::string bytes = frames.bytes;
      bytes.erase(at, n);
      const size_t hit_last = frames.Holding(at + n - 1);
      const Walked walked = Walk(bytes, true);
      for (size_t i = hit_last + 1; i < frames.starts.size(); ++i) {
        // A text that is too short by n takes so many bytes of what follows, and is a valid entry with them.
        if (frames.starts[i] < frames.starts[hit_last + 1] + n) continue;
        ASSERT_TRUE(walked.Has(frames.starts[i] - n)) << "frame " << i << " without " << n << " at " << at;
      }
    }
  }
}

// The owner gives what has come so far, again and again: nothing may depend on how it was cut into reads.
TEST(NextFrame, PiecemealReadingFindsTheSameFrames) {
  SeededRandom random(5);
  for (int round = 0; round < 3000; ++round) {
    Frames frames;
    for (size_t n = random.Between(2, 12); n > 0; --n) {
      frames.Add(Frame(random.Chance(0.5) ? "stdout" : "stderr", kTime, std::string(random.Below(80), 'l')));
    }
    size_t at = 0;
    size_t end = 0;
    std::vector<size_t> starts;
    while (at < frames.bytes.size()) {
      end = std::min(frames.bytes.size(), std::max(end, at) + random.Between(1, 40));
      for (;;) {
        const FrameStep step = NextFrame(std::string_view(frames.bytes).substr(at, end - at), false);
        if (step.kind == FrameStep::Kind::kNeedMore) break;
        ASSERT_EQ(step.kind, FrameStep::Kind::kFrame);
        starts.push_back(at);
        at += step.bytes;
      }
    }
    ASSERT_EQ(starts, frames.starts);
  }
}

TEST(NextFrame, RandomRubbishBetweenFramesIsSkipped) {
  SeededRandom random(6);
  for (size_t round = 0; round < Rounds(20'000); ++round) {
    Frames frames;
    for (size_t n = random.Between(1, 4); n > 0; --n) {
      std::string rubbish(random.Below(50), ' ');
      // A first byte that is no length, so that what is lost is decidable.
      for (char& c : rubbish) c = static_cast<char>(random.Between(1, 255));
      frames.bytes += rubbish;
      frames.Add(Frame("stdout", kTime, std::string(random.Below(80), 'l')));
      frames.Add(Frame("stderr", kTime, std::string(random.Below(80), 'l')));
    }
    const Walked walked = Walk(frames.bytes, true);
    // The second of each pair may be called damage together with what follows it; the first is found by the second.
    for (size_t i = 0; i < frames.starts.size(); i += 2) ASSERT_TRUE(walked.Has(frames.starts[i])) << round;
  }
}

TEST(NextFrame, AnythingAtAllIsWalkedToItsEnd) {
  SeededRandom random(7);
  for (size_t round = 0; round < Rounds(100'000); ++round) {
    std::string bytes;
    for (size_t n = random.Below(6); n > 0; --n) {
      std::string body = RandomBody(random);
      std::string header(4, '\0');
      StoreBig32(header.data(), static_cast<uint32_t>(body.size()));
      bytes += header + body;
    }
    bytes = Mutated(std::move(bytes), random);
    const bool at_end = random.Chance(0.5);
    const Walked walked = Walk(bytes, at_end);
    ASSERT_FALSE(HasFailure()) << round;
    if (at_end) continue;
    // While more may come, only the frame in hand is waited for.
    ASSERT_LE(walked.rest, kFrameHeaderBytes + kFrameBodyBytesMax);
  }
}

TEST(FindFrame, TextThatLooksLikeAHeaderIsNotMistaken) {
  const std::string fake("\0\0\0\x15\x0a\x06stdout\x10\x01", 14);
  const std::string good = Frame("stdout", kTime, "good") + Frame("stdout", kTime, "better");
  const std::string bytes = "rubbish" + fake + "text" + good;
  EXPECT_EQ(FindFrame(bytes, 0, true), bytes.size() - good.size());
  EXPECT_EQ(FindFrame(bytes, 0, false), bytes.size() - good.size());
}

TEST(FindFrame, StartsLookingWhereItIsTold) {
  const std::string one = Frame("stdout", kTime, "one");
  const std::string bytes = one + one + one;
  EXPECT_EQ(FindFrame(bytes, 0, true), 0u);
  EXPECT_EQ(FindFrame(bytes, 1, true), one.size());
  EXPECT_EQ(FindFrame(bytes, one.size(), true), one.size());
  EXPECT_EQ(FindFrame(bytes, 2 * one.size() + 1, true), bytes.size());
  EXPECT_EQ(FindFrame(bytes, bytes.size(), true), bytes.size());
}

TEST(FindFrame, ABeginningAtTheEndCountsOnlyWhileMoreMayCome) {
  const std::string frame = Frame("stdout", kTime, "hello");
  for (size_t cut = 1; cut < frame.size(); ++cut) {
    const std::string bytes = "rubbish" + frame.substr(0, cut);
    EXPECT_EQ(FindFrame(bytes, 0, false), 7u) << cut;
    EXPECT_EQ(FindFrame(bytes, 0, true), bytes.size()) << cut;
  }
}

}  // namespace
}  // namespace tailrace
