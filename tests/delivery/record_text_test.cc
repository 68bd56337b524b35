#include "delivery/record_text.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

TEST(RecordTextTest, OnePieceIsAViewMoreAreJoined) {
  std::string bytes = Frame("stderr", 1, "other");
  const uint64_t first = bytes.size();
  for (const std::string& frame : SplitLine("stdout", 1, std::string(20'000, 'a') + "b")) {
    bytes += frame + Frame("stderr", 1, "between");
  }
  RecordPlace place;
  place.first = first;
  place.tile.end = bytes.size();
  std::string joined;
  EXPECT_EQ(CollectText(bytes, 0, place, joined), std::string(20'000, 'a') + "b");
  const std::string plain = Frame("stdout", 1, "plain");
  place.first = 100;
  place.tile.end = 100 + plain.size();
  const std::string_view text = CollectText(plain, 100, place, joined);
  EXPECT_EQ(text, "plain");
  EXPECT_TRUE(text.data() >= plain.data() && text.data() < plain.data() + plain.size());
}

TEST(RecordTextTest, IsReadFromTheJournalOverSegmentsAndMegabytes) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream({"es"}, 64_KiB);
  const std::string text(60 * kDockerChunkBytes, 'x');
  for (const std::string& frame : SplitLine("stdout", 1, text)) {
    rig.Write(*stream, frame);
    rig.WriteLine(*stream, std::string(9000, 'e'), "stderr");
  }
  RecordPlace place;
  place.tile.end = stream->Snapshot().progress.end;
  std::string joined;
  EXPECT_TRUE(ReadText(rig.disk, *stream, place, joined));
  EXPECT_EQ(joined, text);
  EXPECT_GT(stream->Segments().size(), 10u);
}

TEST(RecordTextTest, ATextOfWhichSomethingIsGoneIsNone) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream({"es"}, 64_KiB);
  const std::string text(20 * kDockerChunkBytes, 'x');
  for (const std::string& frame : SplitLine("stdout", 1, text)) rig.Write(*stream, frame);
  RecordPlace place;
  place.tile.end = stream->Snapshot().progress.end;
  std::string joined;
  const std::string middle = stream->SegmentPath(stream->Segments()[1].start);
  rig.disk.FlipBits(middle, 5, '\x0f');
  EXPECT_FALSE(ReadText(rig.disk, *stream, place, joined));
  rig.disk.FlipBits(middle, 5, '\x0f');
  EXPECT_TRUE(ReadText(rig.disk, *stream, place, joined));
  rig.Drop(*stream, stream->Segments()[2].start);
  EXPECT_FALSE(ReadText(rig.disk, *stream, place, joined));
}

}  // namespace
}  // namespace tailrace
