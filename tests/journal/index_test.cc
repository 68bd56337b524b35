#include "journal/index.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

IndexLine SomeLine() {
  IndexLine line;
  line.offset = 0x0102030405060708;
  line.counts.ends = {77, 0xffeeddccbbaa9988};
  line.time_max = -5;
  line.block_crc = 0xdeadbeef;
  line.after_discard = true;
  line.is_open = {true, false};
  line.has_damage = true;
  return line;
}

IndexLine LineAt(uint64_t offset) {
  IndexLine line;
  line.offset = offset;
  line.counts.ends = {offset / 10, offset / 20};
  line.time_max = static_cast<int64_t>(offset);
  return line;
}

std::string Encode(const std::vector<IndexLine>& lines) {
  std::string bytes;
  for (const IndexLine& line : lines) bytes += EncodeIndexLine(line);
  return bytes;
}

TEST(Index, LineComesBackAsItWasWritten) {
  for (int flags = 0; flags < 16; ++flags) {
    IndexLine line = SomeLine();
    line.after_discard = flags & 1;
    line.is_open = {(flags & 2) != 0, (flags & 4) != 0};
    line.has_damage = flags & 8;
    const std::string bytes = EncodeIndexLine(line);
    ASSERT_EQ(bytes.size(), kIndexLineBytes);
    const std::optional<IndexLine> decoded = DecodeIndexLine(bytes);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, line);
  }
}

TEST(Index, EveryTruncationIsNoticed) {
  const std::string bytes = EncodeIndexLine(SomeLine());
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeIndexLine(bytes.substr(0, size))) << size;
}

TEST(Index, EveryFlippedBitIsNoticed) {
  const std::string good = EncodeIndexLine(SomeLine());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bytes = good;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(DecodeIndexLine(bytes)) << bit;
  }
}

TEST(Index, FileEndsAtTheFirstLineThatDoesNotCheckOut) {
  const std::vector<IndexLine> lines{LineAt(100), LineAt(200), LineAt(300), LineAt(400)};
  const std::string good = Encode(lines);
  EXPECT_EQ(ParseIndex(good, 100), lines);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    EXPECT_EQ(ParseIndex(bytes, 100).size(), at / kIndexLineBytes) << at;
    EXPECT_EQ(ParseIndex(good.substr(0, at), 100).size(), at / kIndexLineBytes) << at;
  }
}

TEST(Index, FileOfAnotherSegmentIsNone) { EXPECT_TRUE(ParseIndex(Encode({LineAt(100)}), 101).empty()); }

TEST(Index, NothingMayFall) {
  IndexLine fewer_stdout = LineAt(200);
  fewer_stdout.counts.ends[0] = 3;
  IndexLine fewer_stderr = LineAt(200);
  fewer_stderr.counts.ends[1] = 3;
  IndexLine earlier = LineAt(200);
  earlier.time_max = 99;
  IndexLine discard = LineAt(200);
  discard.after_discard = true;
  for (const IndexLine& bad : {fewer_stdout, fewer_stderr, earlier, discard, LineAt(100), LineAt(99)}) {
    EXPECT_EQ(ParseIndex(Encode({LineAt(100), bad, LineAt(300)}), 100).size(), 1u);
  }
}

}  // namespace
}  // namespace tailrace
