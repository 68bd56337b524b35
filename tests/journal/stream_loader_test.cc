#include "journal/stream_loader.h"

#include <gtest/gtest.h>

#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

TEST(StreamFolderName, ReadsWhatItWrites) {
  const std::optional<StreamFolderName> name = ParseStreamFolder(FormatStreamFolder({12, StreamId{0xabc}}));
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->run, 12u);
  EXPECT_EQ(name->id.value, 0xabcu);
}

TEST(StreamFolderName, AnythingElseIsForeign) {
  for (const char* name : {"", "-", "1-", "-0000000000000abc", "1-0000000000000AB", "1-00000000000000ab0", "x-00000000000000ab",
                           "1_00000000000000ab", "18446744073709551616-00000000000000ab", "+1-00000000000000ab"}) {
    EXPECT_FALSE(ParseStreamFolder(name)) << name;
  }
}

TEST(IsFolderName, NoPathGetsOut) {
  EXPECT_TRUE(IsFolderName("abc"));
  for (const std::string& name : {std::string(""), std::string("."), std::string(".."), std::string("a/b"),
                                  std::string("a\0b", 3), std::string(256, 'a')}) {
    EXPECT_FALSE(IsFolderName(name));
  }
}

class StreamLoaderTest : public testing::Test {
 protected:
  std::vector<Segment> List() {
    Result<std::vector<Segment>> segments = ListSegments(rig_.disk, StreamRig::kDirectory);
    CHECK(segments.ok());
    return *segments;
  }
  std::unique_ptr<Stream> Ended(const std::optional<DiscardNote>& note = {}) {
    auto stream = std::make_unique<Stream>(StreamFacts{}, StreamRig::kDirectory, rig_.signal);
    CHECK(LoadEnded(rig_.disk, *stream, note).ok());
    return stream;
  }
  StreamRig rig_;
};

TEST_F(StreamLoaderTest, ForeignFilesAreNoSegments) {
  rig_.disk.SetContents(rig_.Path(0), "0123456789");
  for (const char* name : {"facts", "x.log", "1.log", "0000000000000000000a.log", "00000000000000000005.idx",
                           "99999999999999999999.log", "18446744073709551615.log", "00000000000000000000.log.tmp",
                           "000000000000000000000.log"}) {
    rig_.disk.SetContents(std::string(StreamRig::kDirectory) + "/" + name, "foreign");
  }
  rig_.disk.MakeDirs(rig_.Path(50));
  rig_.disk.MakeFifo(rig_.Path(60));
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].end, 10u);
}

TEST_F(StreamLoaderTest, SegmentThatBeginsInsideAnotherIsForeign) {
  rig_.disk.SetContents(rig_.Path(0), std::string(100, 'a'));
  rig_.disk.SetContents(rig_.Path(40), std::string(100, 'b'));
  rig_.disk.SetContents(rig_.Path(100), "c");
  ASSERT_EQ(List().size(), 2u);
  EXPECT_EQ(List()[0].end, 100u);
  EXPECT_EQ(List()[1].start, 100u);
}

TEST_F(StreamLoaderTest, GapKnowsWhetherADiscardMadeIt) {
  for (bool after_discard : {false, true}) {
    rig_.disk.SetContents(rig_.Path(0), std::string(100, 'a'));
    rig_.disk.SetContents(rig_.Path(400), "b");
    IndexLine line;
    line.offset = 400;
    line.after_discard = after_discard;
    rig_.disk.SetContents(rig_.Path(400, ".idx"), EncodeIndexLine(line));
    EXPECT_EQ(List()[1].after_discard, after_discard);
  }
}

TEST_F(StreamLoaderTest, EndedStreamIsWalkedToItsEnd) {
  rig_.Write(LineFrames(0, 700, 300) + "\1");
  ASSERT_TRUE(rig_.MoveAll());
  const auto stream = Ended();
  EXPECT_TRUE(stream->ended());
  EXPECT_EQ(stream->Snapshot().progress.counts, rig_.writer->walk().counts());
  EXPECT_EQ(stream->Snapshot().progress.whole_end, rig_.writer->walk().whole_end());
  EXPECT_TRUE(ReadFrom(rig_.disk, *stream).is_ended);
}

TEST_F(StreamLoaderTest, UnreadableNewestSegmentLeavesTheOthers) {
  rig_.Write(LineFrames(0, 700, 300));
  ASSERT_TRUE(rig_.MoveAll());
  const uint64_t newest = rig_.stream->Segments().back().start;
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = SegmentName(newest, ".log")});
  const auto stream = Ended();
  const ReadBack back = ReadFrom(rig_.disk, *stream);
  EXPECT_GT(back.frames, 300u);
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].from, newest);
  EXPECT_EQ(back.gaps[0].reason, GapReason::kDamage);
  EXPECT_TRUE(back.is_ended);
}

TEST_F(StreamLoaderTest, NoteSaysWhereADiscardedStreamEnds) {
  rig_.Write(LineFrames(0, 10));
  ASSERT_TRUE(rig_.MoveAll());
  DiscardNote note;
  note.settled = rig_.writer->walk().ProgressTo(rig_.writer->end() + 500);
  note.settled.whole_end = note.settled.end;
  note.settled.counts.ends[0] += 8;
  const auto stream = Ended(note);
  const ReadBack back = ReadFrom(rig_.disk, *stream);
  ASSERT_EQ(back.gaps.size(), 1u);
  EXPECT_EQ(back.gaps[0].lines, 8u);
  EXPECT_EQ(back.gaps[0].to, note.settled.end);
}

TEST_F(StreamLoaderTest, FactsOfAnotherFolderAreRefused) {
  StreamFacts facts;
  facts.id.value = 5;
  facts.run = 1;
  const std::string directory = StreamRig::kDirectory;
  rig_.disk.SetContents(directory + "/facts", EncodeFacts(facts));
  EXPECT_TRUE(LoadFacts(rig_.disk, directory, {1, StreamId{5}}).ok());
  EXPECT_EQ(LoadFacts(rig_.disk, directory, {2, StreamId{5}}).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(LoadFacts(rig_.disk, directory, {1, StreamId{6}}).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace tailrace
