#include "sinks/spool/log_reader.h"

#include "tests/sinks/spool/log_reader_rig.h"

namespace tailrace {
namespace {

using Kind = LogReader::Chunk::Kind;
using LogReaderTest = LogReaderRig;

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

// What lies behind the damaged line of the index is found by walking from the line before it.
TEST_F(LogReaderTest, DamageInTheMiddleOfAnIndexHidesNoLine) {
  TestStream& stream = AddStream();
  for (int64_t i = 0; i < 40; ++i) {
    Say(stream, i, std::to_string(i), i % 3 == 0 ? "stderr" : "stdout");
    if (i % 4 == 3) stream.IndexHere();
    if (i % 20 == 19) stream.Roll();
  }
  stream.End();
  for (size_t at = 5; at < 2 * 5 * kIndexLineBytes; at += kIndexLineBytes) {
    const std::string path = stream.IndexPath(at / (5 * kIndexLineBytes));
    spool_.disk.FlipBits(path, at % (5 * kIndexLineBytes), 4);
    for (int64_t n = 0; n <= 40; ++n) {
      std::string wanted;
      for (int64_t i = 40 - n; i < 40; ++i) wanted += std::to_string(i) + "\n";
      EXPECT_EQ(Texts(Open({.tail = n})), wanted) << at;
      EXPECT_EQ(Texts(Open({.since_ns = 40 - n})), wanted) << at;
    }
    spool_.disk.FlipBits(path, at % (5 * kIndexLineBytes), 4);
  }
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

TEST_F(LogReaderTest, OtherContainersAreNotHeard) {
  TestStream other(spool_.disk, spool_.NewStream("0ther"));
  Say(other, 1, "other");
  EXPECT_TRUE(IsOver(*Open({})));
}

// dockerd gives all pieces of a line one time; nothing relies on it.
TEST_F(LogReaderTest, ALineIsAsOldAsItsFirstPieceWhereverReadingBegins) {
  TestStream& stream = AddStream();
  Say(stream, 10, "old");
  stream.Add(Partial("stdout", 20, "begun early", "id", 1, false));
  stream.IndexHere();
  stream.Add(Partial("stdout", 90, ", goes on", "id", 2, false));
  stream.Add(Partial("stdout", 90, ", ends late", "id", 3, true));
  Say(stream, 91, "new");
  EXPECT_EQ(Texts(Open({.since_ns = 50})), "new\n");  // Jumps into the line.
  EXPECT_EQ(Texts(Open({.since_ns = 15})), "begun early, goes on, ends late\nnew\n");
}

}  // namespace
}  // namespace tailrace
