// LogReader that follows.
#include "sinks/spool/log_reader.h"
#include "tests/sinks/spool/log_reader_rig.h"
#include "tests/sinks/spool/random_log.h"
#include "tests/wire/test_scale.h"

namespace tailrace {
namespace {

using Kind = LogReader::Chunk::Kind;
using LogReaderFollowTest = LogReaderRig;

TEST_F(LogReaderFollowTest, AFollowerSaysWhatComesAndEndsWithTheStream) {
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

TEST_F(LogReaderFollowTest, AFollowerHoldsAnOpenLineUntilItEnds) {
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

TEST_F(LogReaderFollowTest, TailZeroFollowsFromNowOn) {
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

// The first Next comes when the headers are out, and dockerd has told its client to go ahead.
TEST_F(LogReaderFollowTest, NowIsWhenTheReaderIsMade) {
  TestStream& stream = AddStream();
  for (int64_t n = 1; n <= 9; ++n) Say(stream, n, std::to_string(n));
  auto none = Open({.tail = 0, .follow = true});
  auto two = Open({.tail = 2, .follow = true});
  auto no_follower = Open({.tail = 2});
  auto all = Open({});
  for (int64_t n = 10; n <= 12; ++n) Say(stream, n, std::to_string(n));
  EXPECT_EQ(Texts(*none), "10\n11\n12\n");
  EXPECT_EQ(Texts(*two), "8\n9\n10\n11\n12\n");
  EXPECT_EQ(Texts(*no_follower), "8\n9\n");
  EXPECT_EQ(Texts(*all), "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

TEST_F(LogReaderFollowTest, AHeartbeatComesWhenNothingElseDoes) {
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

TEST_F(LogReaderFollowTest, AFollowerWithUntilEndsWhenThatTimeHasPassed) {
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

TEST_F(LogReaderFollowTest, AFollowerWithUntilEndsAtALaterLine) {
  TestStream& stream = AddStream();
  Say(stream, 10, "before");
  auto reader = Open({.until_ns = WallNow() + 1'000'000, .follow = true});
  EXPECT_EQ(Texts(*reader), "before\n");
  Say(stream, WallNow() + 2'000'000, "after");
  EXPECT_TRUE(IsOver(*reader));
}

TEST_F(LogReaderFollowTest, NewRunsAreFollowedWhileOneIsLive) {
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

TEST_F(LogReaderFollowTest, AFollowerIsKnownToItsContainerForLife) {
  TestStream& stream = AddStream();
  {
    auto reader = Open({.follow = true});
    EXPECT_TRUE(stream.stream().signal().has_followers());
  }
  EXPECT_FALSE(stream.stream().signal().has_followers());
  auto reader = Open({});
  EXPECT_FALSE(stream.stream().signal().has_followers());
}

TEST_F(LogReaderFollowTest, AGapThatComesWhileFollowingIsShown) {
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
TEST_F(LogReaderFollowTest, FollowingSaysWhatTheOracleSays) {
  for (uint64_t seed = 1; seed <= Rounds(1500); ++seed) {
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
    // A fresh writer would begin lines anew; it is the same one all along.
    RandomLog log(random, *streams.back(), {});
    log.Write(random.Below(8));  // News for it, though it has not been asked yet.
    std::vector<Said> said = ReadAll(reader, spool.clock.Now());
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
    ASSERT_TRUE(said == expected) << "seed " << seed << " tail " << options.tail << " since "
                                  << options.since_ns.value_or(0) << "\nsaid\n"
                                  << ToString(said) << "expected\n" << ToString(expected);
  }
}

}  // namespace
}  // namespace tailrace
