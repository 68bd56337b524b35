#include "journal/segment_index.h"

#include <gtest/gtest.h>

#include "tests/fakes/hooked_disk.h"
#include "tests/journal/stream_rig.h"

namespace tailrace {
namespace {

class SegmentIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    rig_.Write(LineFrames(0, 2500, 300));
    ASSERT_TRUE(rig_.MoveAll());
    segments_ = rig_.stream->Segments();
    ASSERT_GE(segments_.size(), 4u);
  }
  SegmentFolder Folder() { return {rig_.disk, rig_.stream->directory(), segments_}; }
  std::vector<IndexLine> Load(size_t which) {
    Result<std::vector<IndexLine>> lines = LoadIndexOf(Folder(), which);
    CHECK(lines.ok());
    return *lines;
  }
  StreamRig rig_{200'000};
  std::vector<Segment> segments_;
};

TEST_F(SegmentIndexTest, FirstLineIsTheSameReadOrMadeAnew) {
  for (size_t which = 0; which < segments_.size(); ++which) {
    const IndexLine read = Load(which).front();
    const std::string path = rig_.Path(segments_[which].start, ".idx");
    const bool is_there = rig_.disk.Exists(path);
    const std::string bytes = is_there ? rig_.disk.Contents(path) : "";
    if (is_there) rig_.disk.SetContents(path, "");
    EXPECT_EQ(Load(which).front(), read) << which;
    if (is_there) rig_.disk.SetContents(path, bytes);
  }
}

TEST_F(SegmentIndexTest, WithoutAnyIndexTheCountsAreStillRight) {
  const IndexLine read = Load(3).front();
  for (const Segment& segment : segments_) rig_.disk.SetContents(rig_.Path(segment.start, ".idx"), "");
  EXPECT_EQ(Load(3).front(), read);
}

TEST_F(SegmentIndexTest, UnreadableOlderSegmentCountsAsFarAsItGoes) {
  rig_.disk.SetContents(rig_.Path(segments_[1].start, ".idx"), "");
  rig_.disk.FailFrom(1, StatusCode::kIo, {.kinds = {Call::kReadAt}, .path_part = SegmentName(0, ".log")});
  EXPECT_EQ(Load(1).front().offset, segments_[1].start);
}

TEST_F(SegmentIndexTest, DroppedSegmentIsNotFound) {
  rig_.stream->DropFirst(segments_[1].start);
  EXPECT_EQ(LoadSegmentIndex(rig_.disk, *rig_.stream, 0).status().code(), StatusCode::kNotFound);
}

// Without a file of lines it must not pass for a segment before which there was nothing.
TEST_F(SegmentIndexTest, SegmentThatIsDroppedWhileItIsLookedAtIsNotFound) {
  rig_.stream->DropFirst(segments_[1].start);
  for (const char* suffix : {".log", ".idx"}) rig_.disk.Remove(rig_.Path(segments_[0].start, suffix));
  for (size_t which : {1u, 2u}) {
    HookedDisk disk(rig_.disk, [&](const std::string&) {
      for (const Segment& segment : rig_.stream->DropFirst(segments_[which + 1].start)) {
        for (const char* suffix : {".log", ".idx"}) rig_.disk.Remove(rig_.Path(segment.start, suffix));
      }
    });
    EXPECT_EQ(LoadSegmentIndex(disk, *rig_.stream, segments_[which].start).status().code(), StatusCode::kNotFound);
  }
}

TEST_F(SegmentIndexTest, LinesAheadOfTheSegmentAreIgnored) {
  std::vector<Segment> shorter = segments_;
  shorter[1].end = shorter[1].start + 100'000;
  const std::vector<IndexLine> lines = ReadIndexFile({rig_.disk, rig_.stream->directory(), shorter}, shorter[1]);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_LE(lines.back().offset, shorter[1].end);
}

TEST_F(SegmentIndexTest, RecoveryAgreesWithIntake) {
  Result<Recovered> recovered = RecoverEnd(Folder());
  ASSERT_TRUE(recovered.ok());
  EXPECT_EQ(recovered->walk.counts(), rig_.writer->walk().counts());
  EXPECT_EQ(recovered->walk.whole_end(), rig_.writer->end());
  EXPECT_EQ(recovered->lines_in_file, recovered->lines.size());
}

// Every byte of the newest segment's index flipped, every truncation: the end is the same.
TEST_F(SegmentIndexTest, NoDamageToAnIndexChangesTheEnd) {
  const std::string path = rig_.Path(segments_.back().start, ".idx");
  const std::string good = rig_.disk.Contents(path);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    for (const std::string& harmed : {bytes, good.substr(0, at)}) {
      rig_.disk.SetContents(path, harmed);
      Result<Recovered> recovered = RecoverEnd(Folder());
      ASSERT_TRUE(recovered.ok());
      ASSERT_EQ(recovered->walk.counts(), rig_.writer->walk().counts()) << at;
      ASSERT_EQ(recovered->walk.time_max(), rig_.writer->walk().time_max()) << at;
    }
  }
}

// Behind a damaged line of any segment's index, its first one included, everything is read and counted as before.
TEST_F(SegmentIndexTest, NoDamageInTheMiddleOfAnIndexHidesALine) {
  const ReadBack whole = rig_.Read();
  ASSERT_EQ(whole.frames, 2500u);
  ASSERT_GE(rig_.disk.Contents(rig_.Path(segments_[1].start, ".idx")).size(), 4 * kIndexLineBytes);
  for (const Segment& segment : segments_) {
    const std::string path = rig_.Path(segment.start, ".idx");
    for (size_t at = 5; at < rig_.disk.Contents(path).size(); at += kIndexLineBytes) {
      rig_.disk.FlipBits(path, at, 4);
      const ReadBack back = rig_.Read();
      ASSERT_TRUE(SameBytes(back.bytes, whole.bytes)) << path << " " << at;
      EXPECT_TRUE(back.gaps.empty());
      EXPECT_EQ(back.suspect_reads, 0u);
      rig_.disk.FlipBits(path, at, 4);
    }
  }
}

TEST_F(SegmentIndexTest, GiantIndexFileIsNotOurs) {
  rig_.disk.SetContents(rig_.Path(segments_[1].start, ".idx"), std::string(kIndexFileBytesMax + 1, 'x'));
  EXPECT_EQ(Load(1).front().offset, segments_[1].start);
}

}  // namespace
}  // namespace tailrace
