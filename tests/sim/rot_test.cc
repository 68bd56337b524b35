// Bit rot: a journal of several blocks, with flipped bits, zeroed and swapped pages: no crash, framing is found again
// at the next index line at the latest, everything behind is there, and what is lost is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "journal/segment_index.h"
#include "tests/sim/case_label.h"
#include "tests/sim/world.h"

namespace tailrace {
namespace {

constexpr int kCases = 20'000;
constexpr int kCasesLong = 1'000'000;
constexpr int kRestartEach = 20;
constexpr size_t kPage = 4096;

class RotTest : public ::testing::Test {
 protected:
  RotTest() : world_({.seed = 11, .housekeeping = {}}, hardness_), buffer_(kFrameHeaderBytes + kFrameBodyBytesMax) {
    SpoolSettings spool;
    spool.max_size_bytes = 150'000;
    writer_ = &world_.StartWriter(world_.AddContainer(spool));
    for (int i = 0; i < 8; ++i) {
      world_.traffic().AddBytes(writer_->written, world_.clock().WallNow(), 40'000);
      world_.RunFor(std::chrono::milliseconds(100));
    }
    world_.StopWriter(*writer_);
    world_.RunFor(std::chrono::seconds(2));
    world_.Kill();
    world_.RunFor(std::chrono::seconds(2));
    for (const Segment& segment : Stream()->Segments()) {
      segments_.push_back(segment);
      paths_.push_back(Stream()->SegmentPath(segment.start));
      whole_.push_back(world_.disk().Contents(paths_.back()));
      const auto lines = LoadSegmentIndex(world_.disk(), *Stream(), segment.start);
      for (const IndexLine& line : *lines) index_.push_back(line.offset);
    }
  }

  StreamLease Stream() {
    std::vector<StreamLease> streams = world_.app().journal.Find(world_.containers()[0].info.id);
    return std::move(streams.front());
  }

  // Damages `bytes`; the stream offsets that may have changed.
  ByteRange Damage(std::string& bytes, SeededRandom& random) {
    const uint64_t kind = random.Below(4);
    const size_t at = random.Below(bytes.size());
    if (kind == 0) {
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
      return {at, at + 1};
    }
    if (kind == 1) {
      const size_t end = std::min(bytes.size(), at + random.Between(1, 300));
      for (size_t i = at; i < end; ++i) bytes[i] = static_cast<char>(random.Next64());
      return {at, end};
    }
    const size_t page = at / kPage * kPage;
    const size_t size = std::min(kPage, bytes.size() - page);
    if (kind == 2) {
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page), size, '\0');
      return {page, page + size};
    }
    const size_t other = random.Below(bytes.size()) / kPage * kPage;
    if (size < kPage || other + kPage > bytes.size()) return {0, 0};
    std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(page),
                     bytes.begin() + static_cast<std::ptrdiff_t>(page + kPage),
                     bytes.begin() + static_cast<std::ptrdiff_t>(other));
    // A frame that begins in a swapped page is whole by its own account, and may reach over the next index line.
    return {std::min(page, other), std::max(page, other) + kPage};
  }

  // Frames before the damage, and behind the next index line, are all there.
  std::string CheckStreamRead(const ByteRange& damage) {
    StreamLease stream = Stream();
    const StreamRead read =
        ReadBack(world_.disk(), *stream, writer_->written, buffer_, {.is_exact = false, .may_be_changed = true});
    if (!read.complaint.empty()) return read.complaint;
    auto next = std::lower_bound(index_.begin(), index_.end(), damage.to);
    const uint64_t found_again = next == index_.end() ? UINT64_MAX : *next;
    for (size_t i = 0; i < read.is_seen.size(); ++i) {
      const Written::Mark& mark = writer_->written.marks()[i];
      const bool is_sure = mark.start >= segments_[0].start && (mark.end <= damage.from || mark.start >= found_again);
      if (!is_sure || read.is_seen[i]) continue;
      std::string text = "misses the frame " + std::to_string(mark.start) + "-" + std::to_string(mark.end) +
                         ", behind the index line at " + std::to_string(found_again) + "; segments";
      for (const Segment& segment : stream->Segments()) {
        text += " " + std::to_string(segment.start) + "-" + std::to_string(segment.end);
      }
      return text + "; read up to " + std::to_string(read.end);
    }
    return read.has_ended ? "" : "has no end";
  }

  // `docker logs` ends, and tells that something is wrong when lines are missing.
  std::string CheckLog() {
    LogReader reader(world_.disk(), world_.clock(), world_.app().journal, world_.containers()[0].info.id, {});
    const std::vector<LogLine> lines = ReadWholeLog(reader);
    const size_t shown = WithoutMarkers(lines).size();
    const bool is_told = shown < lines.size() || reader.stats().corrupt_bytes > 0 || reader.stats().suspect_blocks > 0;
    if (shown < whole_lines_ && !is_told) return "docker logs: lines are missing, and nothing is said";
    hardness_.Count(shown < whole_lines_ ? "lines_missing" : "lines_all_there");
    if (reader.stats().suspect_blocks > 0) hardness_.Count("suspect_blocks");
    return "";
  }

  void PlayCase(int number, SeededRandom& random) {
    const size_t which = random.Below(paths_.size());
    std::string bytes = whole_[which];
    ByteRange damage = Damage(bytes, random);
    damage.from += segments_[which].start;
    damage.to += segments_[which].start;
    SetCaseLabel("rot " + std::to_string(number) + " at " + std::to_string(damage.from) + "-" +
                 std::to_string(damage.to));
    world_.disk().SetContents(paths_[which], std::move(bytes));
    if (number % kRestartEach == 0) {
      world_.Kill();
      world_.HousekeeperTurn();
      hardness_.Count("loaded_when_damaged");
    }
    std::string complaint = CheckStreamRead(damage);
    if (complaint.empty()) complaint = CheckLog();
    world_.disk().SetContents(paths_[which], whole_[which]);
    if (number % kRestartEach == 0) {
      world_.Kill();
      world_.HousekeeperTurn();  // Loads the stream while it is whole.
    }
    EXPECT_EQ(complaint, "") << "case " << number << ", damage at " << damage.from << "-" << damage.to;
  }

  Hardness hardness_;
  World world_;
  std::vector<char> buffer_;
  SimWriter* writer_ = nullptr;
  std::vector<Segment> segments_;
  std::vector<std::string> paths_;
  std::vector<std::string> whole_;  // as they were written
  std::vector<uint64_t> index_;     // offsets of all index lines
  size_t whole_lines_ = 0;
};

TEST_F(RotTest, FramingIsFoundAgainAtTheNextIndexLine) {
  ASSERT_EQ(world_.complaint(), "");
  ASSERT_GE(segments_.size(), 2u);
  ASSERT_GE(index_.size(), segments_.size() + 3);
  {
    LogReader reader(world_.disk(), world_.clock(), world_.app().journal, world_.containers()[0].info.id, {});
    whole_lines_ = ReadWholeLog(reader).size();
  }
  SeededRandom random(SeedFromEnvironment(1));
  const int cases = IsLongRun() ? kCasesLong : kCases;
  for (int number = 0; number < cases && !HasFailure(); ++number) PlayCase(number, random);
  std::cout << hardness_.ToString() << "\n";
  const std::vector<std::string> hard = {"lines_missing", "lines_all_there", "suspect_blocks", "loaded_when_damaged"};
  EXPECT_TRUE(hardness_.Missing(hard, 50).empty()) << hardness_.Missing(hard, 50).front();
}

}  // namespace
}  // namespace tailrace
