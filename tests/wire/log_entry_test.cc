#include "wire/log_entry.h"

#include <gtest/gtest.h>

#include <string>

#include "entry.pb.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/seeded_random.h"
#include "tests/wire/entry_oracle.h"
#include "tests/wire/random_entry.h"
#include "tests/wire/test_scale.h"

namespace tailrace {
namespace {

constexpr int64_t kTime = 1'767'323'045'123'456'789;

std::string BodyOf(const std::string& frame) { return frame.substr(4); }

// The bytes of a body in hex, for messages.
std::string Hex(std::string_view bytes) {
  std::string hex;
  for (char c : bytes) {
    hex += "0123456789abcdef"[(c >> 4) & 15];
    hex += "0123456789abcdef"[c & 15];
  }
  return hex;
}

TEST(LogEntry, DecodesWhatDockerdWrites) {
  // Fields as seen on a FIFO: source, time_nano, line.
  const std::string body("\x0a\x06stdout\x10\xb9\xd5\xc9\xca\xd2\xb4\x90\x8c\x18\x1a\x05hello", 25);
  LogEntry entry;
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  EXPECT_EQ(entry.source, Source::kStdout);
  EXPECT_TRUE(entry.has_known_source);
  EXPECT_EQ(entry.line, "hello");
  EXPECT_FALSE(entry.partial);
  EXPECT_TRUE(entry.ends_line());
  EXPECT_EQ(DisagreementAbout(body), "");
}

TEST(LogEntry, DecodesPiecesOfALine) {
  LogEntry entry;
  std::string body = BodyOf(Partial("stderr", kTime, "piece", "abc", 2, false));
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  EXPECT_EQ(entry.source, Source::kStderr);
  EXPECT_EQ(entry.time_nano, kTime);
  EXPECT_TRUE(entry.partial);
  EXPECT_FALSE(entry.last);
  EXPECT_FALSE(entry.ends_line());
  EXPECT_EQ(entry.partial_id, "abc");
  EXPECT_EQ(entry.ordinal, 2);
  body = BodyOf(Partial("stderr", kTime, "piece", "abc", 3, true));
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  EXPECT_TRUE(entry.ends_line());
}

TEST(LogEntry, AnEmptyLineHasNoField) {
  LogEntry entry;
  std::string body = BodyOf(Frame("stdout", kTime, ""));
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  EXPECT_EQ(entry.line, "");
  EXPECT_EQ(entry.time_nano, kTime);
}

TEST(LogEntry, LineIsBytes) {
  LogEntry entry;
  const std::string line("\0\xff\xfe\r\x1b[0m\xc3", 9);
  std::string body = BodyOf(Frame("stdout", kTime, line));
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  EXPECT_EQ(entry.line, line);
}

TEST(LogEntry, UnknownSourceCountsAsStdoutAndIsToldApart) {
  for (const char* name : {"", "std", "stdoutx", "STDERR"}) {
    LogEntry entry;
    std::string body = BodyOf(Frame(name, kTime, "x"));
    ASSERT_TRUE(DecodeLogEntry(body, entry)) << name;
    EXPECT_EQ(entry.source, Source::kStdout) << name;
    EXPECT_FALSE(entry.has_known_source) << name;
  }
}

TEST(LogEntry, NoStateIsLeftFromTheEntryBefore) {
  LogEntry entry;
  std::string body = BodyOf(Partial("stderr", kTime, "piece", "abc", 2, true));
  ASSERT_TRUE(DecodeLogEntry(body, entry));
  ASSERT_TRUE(DecodeLogEntry("", entry));
  EXPECT_FALSE(entry.partial);
  EXPECT_EQ(entry.line, "");
  EXPECT_EQ(entry.partial_id, "");
  EXPECT_EQ(entry.time_nano, 0);
}

TEST(LogEntry, WrongWireTypesAndGroupsAreRefused) {
  LogEntry entry;
  EXPECT_FALSE(DecodeLogEntry(std::string_view("\x08\x01", 2), entry));           // source as a varint
  EXPECT_FALSE(DecodeLogEntry(std::string_view("\x1d\0\0\0\0", 5), entry));       // line as fixed32
  EXPECT_FALSE(DecodeLogEntry(std::string_view("\x2a\x02\x0a\0", 4), entry));     // last as bytes
  EXPECT_FALSE(DecodeLogEntry(std::string_view("\x3b\x3c", 2), entry));           // a group
  EXPECT_FALSE(DecodeLogEntry(std::string_view("\0\0", 2), entry));               // field 0
}

TEST(LogEntry, RandomBodiesDecodeAsProtobufDoes) {
  SeededRandom random(1);
  for (size_t i = 0; i < Rounds(600'000); ++i) {
    const std::string body = RandomBody(random);
    ASSERT_EQ(DisagreementAbout(body), "") << Hex(body);
  }
}

TEST(LogEntry, MutatedBodiesAreJudgedAsProtobufDoes) {
  SeededRandom random(2);
  for (size_t i = 0; i < Rounds(1'500'000); ++i) {
    const std::string body = Mutated(RandomBody(random), random);
    ASSERT_EQ(DisagreementAbout(body), "") << Hex(body);
  }
}

TEST(LogEntry, EveryByteTruncation) {
  for (const std::string& frame : {Frame("stdout", kTime, std::string(200, 'x')), Frame("stderr", 0, "x"),
                                   Partial("stdout", kTime, "piece", "abc", 3, true)}) {
    const std::string body = BodyOf(frame);
    for (size_t cut = 0; cut <= body.size(); ++cut) {
      EXPECT_EQ(DisagreementAbout(body.substr(0, cut)), "") << cut;
      EXPECT_TRUE(MayBeginLogEntry(body.substr(0, cut), body.size())) << cut;
    }
  }
}

TEST(LogEntry, EveryByteFlip) {
  const std::string body = BodyOf(Partial("stdout", kTime, std::string(130, 'x'), "abc", 3, true));
  for (size_t at = 0; at < body.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string flipped = body;
      flipped[at] = static_cast<char>(value);
      ASSERT_EQ(DisagreementAbout(flipped), "") << at << " " << value;
    }
  }
}

TEST(LogEntry, TheBeginningOfAnyValidBodyIsPossible) {
  SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::string body = RandomBody(random);
    const size_t cut = random.Below(body.size() + 1);
    ASSERT_TRUE(MayBeginLogEntry(std::string_view(body).substr(0, cut), body.size())) << Hex(body) << " " << cut;
  }
}

TEST(LogEntry, ALengthThatItsBeginningContradictsIsImpossible) {
  const std::string body = BodyOf(Frame("stdout", kTime, std::string(100, 'x')));
  const std::string with_next = body + Frame("stdout", kTime, "next");
  EXPECT_FALSE(MayBeginLogEntry(body.substr(0, 30), body.size() - 1));
  EXPECT_FALSE(MayBeginLogEntry(with_next, body.size() + 5000));
}

}  // namespace
}  // namespace tailrace
