#include "sinks/spool/log_reader.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/random_log.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

using Kind = LogReader::Chunk::Kind;

class LogReaderTest : public testing::Test {
 protected:
  TestStream& AddStream() {
    streams_.push_back(std::make_unique<TestStream>(spool_.disk, spool_.NewStream()));
    return *streams_.back();
  }
  static void Say(TestStream& stream, int64_t time, std::string_view text, std::string_view source = "stdout") {
    stream.Add(Frame(source, time, text));
    stream.Publish();
  }
  std::unique_ptr<LogReader> Open(const ReadOptions& options) {
    return std::make_unique<LogReader>(spool_.disk, spool_.clock, spool_.journal, "c0ffee", options);
  }
  // What there is to say now.
  std::vector<Said> Now(LogReader& reader) { return ReadAll(reader, spool_.clock.Now()); }
  std::string Texts(const std::unique_ptr<LogReader>& reader) { return Texts(*reader); }
  std::string Texts(LogReader& reader) {
    std::string texts;
    for (const Said& said : Now(reader)) texts += said.text;
    return texts;
  }
  bool IsOver(LogReader& reader) { return reader.Next(spool_.clock.Now()).kind == Kind::kEnd; }
  int64_t WallNow() { return spool_.clock.WallNow().ns; }

  TestSpool spool_;
  std::vector<std::unique_ptr<TestStream>> streams_;
};

TEST_F(LogReaderTest, GoldenFrames) {
  TestStream& stream = AddStream();
  Say(stream, 1, "hello");
  Say(stream, 2, "", "stderr");
  stream.Add(Partial("stdout", 3, "open", "id", 1, false));
  stream.Publish();
  auto reader = Open({});
  const LogReader::Chunk chunk = reader->Next(kNever);
  EXPECT_EQ(chunk.kind, Kind::kData);
  EXPECT_EQ(chunk.bytes, std::string_view("\0\0\0\x12\x0a\x06stdout\x10\x01\x1a\x06hello\n"
                                          "\0\0\0\x0d\x0a\x06stderr\x10\x02\x1a\x01\n"
                                          "\0\0\0\x10\x0a\x06stdout\x10\x03\x1a\x04open", 22 + 17 + 20));
  EXPECT_EQ(reader->Next(kNever).kind, Kind::kEnd);
  EXPECT_EQ(reader->Next(kNever).kind, Kind::kEnd);
}

TEST_F(LogReaderTest, AContainerWithoutLinesHasAnEmptyAnswer) {
  EXPECT_TRUE(IsOver(*Open({})));
  EXPECT_TRUE(IsOver(*Open({.follow = true})));
  AddStream().End();
  EXPECT_TRUE(IsOver(*Open({})));
  EXPECT_TRUE(IsOver(*Open({.tail = 5})));
  EXPECT_TRUE(IsOver(*Open({.follow = true})));
}

TEST_F(LogReaderTest, RunsAreSaidOneAfterTheOther) {
  Say(AddStream(), 5, "first run");
  streams_[0]->End();
  Say(AddStream(), 3, "second run");
  EXPECT_EQ(Texts(*Open({})), "first run\nsecond run\n");
  EXPECT_EQ(Texts(*Open({.tail = 1})), "second run\n");
}

TEST_F(LogReaderTest, WhatComesAfterTheFirstNextIsNotInTheAnswer) {
  TestStream& stream = AddStream();
  Say(stream, 1, "before");
  auto reader = Open({});
  const LogReader::Chunk chunk = reader->Next(kNever);
  Say(stream, 2, "after");
  EXPECT_EQ(ParseChunk(chunk.bytes).size(), 1u);
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderTest, LinesOverSixteenKibibytesAreWhole) {
  TestStream& stream = AddStream();
  for (size_t length : {16383U, 16384U, 32768U, 40000U}) {
    for (const std::string& frame : SplitLine("stdout", 7, std::string(length, 'x'))) stream.Add(frame);
  }
  for (const std::string& frame : SplitLine("stdout", 8, std::string(32768, 'y'), LineEnd::kOpen)) stream.Add(frame);
  stream.End();
  std::vector<Said> said = Now(*Open({}));
  ASSERT_EQ(said.size(), 5u);
  EXPECT_EQ(said[0].text, std::string(16383, 'x') + "\n");
  EXPECT_EQ(said[1].text, std::string(16384, 'x') + "\n");
  EXPECT_EQ(said[2].text, std::string(32768, 'x') + "\n");
  EXPECT_EQ(said[3].text, std::string(40000, 'x') + "\n");
  EXPECT_EQ(said[4].text, std::string(32768, 'y'));
}

TEST_F(LogReaderTest, LinesAreBytes) {
  const std::string text("\0\xff\xfe\xc3\r\x1b[31m", 10);
  Say(AddStream(), 1, text);
  EXPECT_EQ(Texts(*Open({})), text + "\n");
}

TEST_F(LogReaderTest, AnUnknownSourceIsSaidAsStdout) {
  Say(AddStream(), 1, "x", "elsewhere");
  EXPECT_EQ(Now(*Open({})), (std::vector<Said>{{"stdout", 1, "x\n"}}));
}

TEST_F(LogReaderTest, TheTailOfALargeStreamReadsFewBlocks) {
  TestStream& stream = AddStream();
  for (int i = 0; i < 300'000; ++i) {
    stream.Add(Frame("stdout", i + 1, "a line of some length, as they are: number " + std::to_string(i)));
    if (i % 900 == 0) stream.IndexHere();
    if (i % 50'000 == 49'999) stream.Roll();
  }
  stream.Publish();
  auto tail = Open({.tail = 100});
  EXPECT_EQ(Now(*tail).size(), 100u);
  EXPECT_LE(tail->stats().blocks_read, 3u);
  EXPECT_LE(tail->stats().bytes_read, 400'000u);
  auto since = Open({.since_ns = 299'900});
  EXPECT_EQ(Now(*since).size(), 101u);
  EXPECT_LE(since->stats().blocks_read, 3u);
  auto all = Open({});
  EXPECT_EQ(Now(*all).size(), 300'000u);
  EXPECT_GE(all->stats().blocks_read, 20u);
}

TEST_F(LogReaderTest, ChunksAreAboutOfTheSizeThatIsPromised) {
  TestStream& stream = AddStream();
  for (int i = 0; i < 20'000; ++i) stream.Add(Frame("stdout", i + 1, std::string(120, 'x')));
  stream.Publish();
  auto reader = Open({});
  size_t lines = 0;
  for (;;) {
    const LogReader::Chunk chunk = reader->Next(kNever);
    if (chunk.kind == Kind::kEnd) break;
    lines += ParseChunk(chunk.bytes).size();
    EXPECT_LT(chunk.bytes.size(), LogReader::kChunkBytes + 200);
  }
  EXPECT_EQ(lines, 20'000u);
}

TEST_F(LogReaderTest, AFollowerSaysWhatComesAndEndsWithTheStream) {
  TestStream& stream = AddStream();
  Say(stream, 1, "history");
  auto reader = Open({.follow = true});
  EXPECT_EQ(Texts(*reader), "history\n");
  EXPECT_EQ(reader->Next(spool_.clock.Now()).kind, Kind::kNothing);
  Say(stream, 2, "news");
  EXPECT_EQ(Texts(*reader), "news\n");
  Say(stream, 3, "last words");
  stream.End();
  EXPECT_EQ(Texts(*reader), "last words\n");
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderTest, AFollowerHoldsAnOpenLineUntilItEnds) {
  TestStream& stream = AddStream();
  stream.Add(Partial("stdout", 1, "begin", "id", 1, false));
  stream.Publish();
  auto reader = Open({.follow = true});
  EXPECT_EQ(Texts(*reader), "");
  Say(stream, 2, "between", "stderr");
  EXPECT_EQ(Texts(*reader), "between\n");
  stream.Add(Partial("stdout", 1, " and end", "id", 2, true));
  stream.Add(Partial("stdout", 3, "never ends", "id", 1, false));
  stream.Publish();
  EXPECT_EQ(Texts(*reader), "begin and end\n");
  stream.End();
  EXPECT_EQ(Texts(*reader), "never ends");
}

TEST_F(LogReaderTest, TailZeroFollowsFromNowOn) {
  TestStream& stream = AddStream();
  Say(stream, 1, "old");
  stream.Add(Partial("stderr", 1, "open when asked", "id", 1, false));
  stream.Publish();
  auto reader = Open({.tail = 0, .follow = true});
  EXPECT_EQ(Texts(*reader), "");
  Say(stream, 2, "new");
  stream.Add(Partial("stderr", 1, ", new", "id", 2, true));
  stream.Publish();
  EXPECT_EQ(Texts(*reader), "new\nopen when asked, new\n");
}

TEST_F(LogReaderTest, AHeartbeatComesWhenNothingElseDoes) {
  TestStream& stream = AddStream();
  Say(stream, 1, "x");
  auto reader = Open({.follow = true});
  EXPECT_EQ(Texts(*reader), "x\n");
  spool_.clock.Advance(LogReader::kHeartbeat - Nanos(1));
  EXPECT_EQ(reader->Next(spool_.clock.Now()).kind, Kind::kNothing);
  spool_.clock.Advance(Nanos(1));
  const LogReader::Chunk chunk = reader->Next(spool_.clock.Now());
  EXPECT_EQ(chunk.kind, Kind::kHeartbeat);
  EXPECT_EQ(ParseChunk(chunk.bytes), (std::vector<Said>{{"", WallNow(), ""}}));
  EXPECT_EQ(reader->Next(spool_.clock.Now()).kind, Kind::kNothing);
  spool_.clock.Advance(LogReader::kHeartbeat / 2);
  Say(stream, 2, "y");
  EXPECT_EQ(Texts(*reader), "y\n");
  spool_.clock.Advance(LogReader::kHeartbeat / 2);
  EXPECT_EQ(reader->Next(spool_.clock.Now()).kind, Kind::kNothing);
}

TEST_F(LogReaderTest, AFollowerWithUntilEndsWhenThatTimeHasPassed) {
  TestStream& stream = AddStream();
  const int64_t until = WallNow() + 1'000'000;
  Say(stream, WallNow(), "before");
  auto reader = Open({.until_ns = until, .follow = true});
  EXPECT_EQ(Texts(*reader), "before\n");
  spool_.clock.Advance(Nanos(1'000'000));
  EXPECT_EQ(reader->Next(spool_.clock.Now()).kind, Kind::kNothing);
  Say(stream, until, "just in time");
  stream.Add(Partial("stdout", until, "open", "id", 1, false));
  stream.Publish();
  spool_.clock.Advance(Nanos(1));
  EXPECT_EQ(Texts(*reader), "just in time\nopen");
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderTest, AFollowerWithUntilEndsAtALaterLine) {
  TestStream& stream = AddStream();
  Say(stream, 10, "before");
  auto reader = Open({.until_ns = WallNow() + 1'000'000, .follow = true});
  EXPECT_EQ(Texts(*reader), "before\n");
  Say(stream, WallNow() + 2'000'000, "after");
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderTest, NewRunsAreFollowedWhileOneIsLive) {
  TestStream& first = AddStream();
  Say(first, 1, "one");
  auto reader = Open({.follow = true});
  EXPECT_EQ(Texts(*reader), "one\n");
  TestStream& second = AddStream();
  Say(second, 2, "two");
  EXPECT_EQ(Texts(*reader), "two\n");
  Say(first, 3, "one again");
  first.End();
  EXPECT_EQ(Texts(*reader), "one again\n");
  EXPECT_FALSE(IsOver(*reader));
  Say(second, 4, "two again");
  EXPECT_EQ(Texts(*reader), "two again\n");
  TestStream& third = AddStream();
  Say(third, 5, "three");
  third.End();
  second.End();
  EXPECT_EQ(Texts(*reader), "three\n");
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderTest, OtherContainersAreNotHeard) {
  TestStream other(spool_.disk, spool_.NewStream("0ther"));
  Say(other, 1, "other");
  EXPECT_TRUE(IsOver(*Open({})));
}

TEST_F(LogReaderTest, AFollowerIsKnownToItsContainerForLife) {
  TestStream& stream = AddStream();
  {
    auto reader = Open({.follow = true});
    EXPECT_TRUE(stream.stream().signal().has_followers());
  }
  EXPECT_FALSE(stream.stream().signal().has_followers());
  auto reader = Open({});
  EXPECT_FALSE(stream.stream().signal().has_followers());
}

TEST_F(LogReaderTest, AGapThatComesWhileFollowingIsShown) {
  TestStream& stream = AddStream();
  Say(stream, 1, "before");
  auto reader = Open({.follow = true});
  EXPECT_EQ(Texts(*reader), "before\n");
  stream.Lose({Frame("stdout", 2, "lost")}, GapReason::kDropNewest, 5);
  EXPECT_EQ(Texts(*reader), "");
  Say(stream, 3, "behind");
  EXPECT_EQ(Texts(*reader), "tailrace: 1 lines lost here (drop-newest)\nbehind\n");
}

// History and news without a gap or a repetition, however the writing and the reading fall together.
TEST_F(LogReaderTest, FollowingSaysWhatTheOracleSays) {
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    TestSpool spool(seed);
    SeededRandom random(seed);
    std::vector<std::unique_ptr<TestStream>> streams;
    ReadOptions options{.follow = true};
    if (random.Chance(0.6)) options.tail = static_cast<int64_t>(random.Below(30));
    if (random.Chance(0.3)) options.since_ns = RandomLog::kTimeBase + static_cast<int64_t>(random.Below(60'000));
    const size_t runs = random.Between(1, 3);
    for (size_t i = 0; i < runs; ++i) {
      streams.push_back(std::make_unique<TestStream>(spool.disk, spool.NewStream()));
      RandomLog(random, *streams.back(), {}).Write(random.Below(40));
      if (i + 1 < runs) streams.back()->End();
    }
    std::vector<OracleStream> known;
    for (const auto& stream : streams) known.push_back({{}, stream->items().size(), stream->stream().ended(), true});
    LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", options);
    std::vector<Said> said = ReadAll(reader, spool.clock.Now());
    // A fresh writer would begin lines anew; it is the same one all along.
    RandomLog log(random, *streams.back(), {});
    for (size_t n = random.Below(12); n > 0; --n) {
      log.Write(random.Below(8));
      if (random.Chance(0.2)) log.WriteCut();
      if (random.Chance(0.3)) continue;
      for (Said& one : ReadAll(reader, spool.clock.Now())) said.push_back(std::move(one));
    }
    streams.back()->End();
    for (Said& one : ReadAll(reader)) said.push_back(std::move(one));
    for (size_t i = 0; i < streams.size(); ++i) known[i].items = streams[i]->items();
    const std::vector<Said> expected = ExpectedAnswer(known, options);
    ASSERT_TRUE(said == expected) << "seed " << seed << " tail " << options.tail << " since " << options.since_ns.value_or(0) << "\nsaid\n"
                                  << ToString(said) << "expected\n" << ToString(expected);
  }
}

}  // namespace
}  // namespace tailrace
