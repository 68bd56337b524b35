// Discard under SIGKILL: whatever call is the last, the next process knows how far it came and how many lines went.
#include <gtest/gtest.h>

#include "intake/discard.h"
#include "tests/fakes/mem_disk.h"
#include "tests/journal/lines.h"

namespace tailrace {
namespace {

struct Outcome {
  uint64_t lines = 0;
  uint64_t end = 0;
  bool has_died = false;
  bool was_open = false;  // a piece was being consumed
};

// Discards `bytes` from a stream whose segment holds `cut` bytes of the first frame; dies at the k-th change.
class Storm {
 public:
  Storm(std::string bytes, size_t cut, size_t pipe_bytes) : bytes_(std::move(bytes)), cut_(cut) {
    CHECK(notes_->Open("/discards").ok());
    disk_.MakeFifo("/fifo");
    dockerd_ = disk_.OpenWriter("/fifo");
    fifo_ = std::move(*disk_.OpenFifo("/fifo"));
    CHECK(fifo_->Resize(pipe_bytes).ok());
    left_ = std::string_view(bytes_).substr(cut);
  }

  Outcome Run(uint64_t k, DeathMode mode) {
    Outcome outcome;
    disk_.DieAtCall(k, mode);
    try {
      discard_.emplace(*notes_, StreamId{7}, StreamWalk(IndexLine{}), cut_, bytes_.substr(0, cut_));
      FeedAll();
    } catch (const SimulatedDeath&) {
      outcome.has_died = true;
    }
    if (outcome.has_died) Restart(outcome);
    outcome.lines = discard_->progress().counts.total();
    outcome.end = discard_->progress().end;
    return outcome;
  }

 private:
  void FeedAll() {
    while (!left_.empty() || disk_.PipeBytes("/fifo") > 0) {
      left_.remove_prefix(dockerd_->Write(left_));
      Result<Discard::Step> step = discard_->DoStep(*fifo_, scratch_);
      CHECK(step.ok());
    }
  }
  void Restart(Outcome& outcome) {
    discard_.reset();
    fifo_.reset();
    notes_.reset();
    disk_.Crash();
    notes_ = std::make_unique<DiscardNotes>(disk_);
    CHECK(notes_->Open("/discards").ok());
    fifo_ = std::move(*disk_.OpenFifo("/fifo"));
    const std::optional<DiscardNote> note = notes_->Find(StreamId{7});
    outcome.was_open = note && note->open_bytes > 0;
    // As FifoReader does: what was not consumed at all is no discard.
    std::optional<DiscardNote> settled;
    if (note) settled = Discard::Settle(*note, fifo_.get());
    if (settled && settled->settled.end > cut_) {
      discard_.emplace(*notes_, *settled);
    } else {
      discard_.emplace(*notes_, StreamId{7}, StreamWalk(IndexLine{}), cut_, bytes_.substr(0, cut_));
    }
    FeedAll();
  }

  FakeClock clock_;
  MemDisk disk_{clock_};
  std::unique_ptr<DiscardNotes> notes_ = std::make_unique<DiscardNotes>(disk_);
  std::unique_ptr<MemWriter> dockerd_;
  std::unique_ptr<Fifo> fifo_;
  std::vector<char> scratch_ = std::vector<char>(256_KiB);
  std::string bytes_;
  size_t cut_;
  std::string_view left_;
  std::optional<Discard> discard_;
};

// A note is 256 bytes within one page: a kill leaves all of it or nothing. So kHalfway is no state of it.
void KillEverywhere(const std::string& bytes, size_t cut, size_t pipe_bytes, uint64_t lines, uint64_t& deaths,
                    uint64_t& open) {
  for (DeathMode mode : {DeathMode::kBefore, DeathMode::kAfter}) {
    for (uint64_t k = 1;; ++k) {
      Storm storm(bytes, cut, pipe_bytes);
      const Outcome outcome = storm.Run(k, mode);
      ASSERT_EQ(outcome.lines, lines) << "call " << k << ", cut " << cut;
      ASSERT_EQ(outcome.end, bytes.size()) << "call " << k << ", cut " << cut;
      if (!outcome.has_died) break;
      ++deaths;
      open += outcome.was_open;
    }
  }
}

TEST(DiscardKill, FramesAndCountSurviveEveryKill) {
  uint64_t deaths = 0;
  uint64_t open = 0;
  const std::string bytes = LineFrames(0, 500, 300);
  for (size_t cut : {0u, 1u, 3u, 4u, 50u, 320u}) KillEverywhere(bytes, cut, 65'536, 500, deaths, open);
  EXPECT_GT(deaths, 100u);
  EXPECT_GT(open, 30u);
}

TEST(DiscardKill, GiantFramesSurviveEveryKill) {
  uint64_t deaths = 0;
  uint64_t open = 0;
  const std::string bytes = LineFrame(0) + FrameOfBytes(1, 300'000) + LineFrames(2, 3) + FrameOfBytes(6, 70'000);
  for (size_t cut : {0u, 2u, 30u}) KillEverywhere(bytes, cut, 65'536, 6, deaths, open);
  EXPECT_GT(deaths, 30u);
  EXPECT_GT(open, 10u);
}

TEST(DiscardKill, SmallPipesMakeManyPieces) {
  uint64_t deaths = 0;
  uint64_t open = 0;
  KillEverywhere(LineFrames(0, 100, 250), 10, 8192, 100, deaths, open);
  EXPECT_GT(deaths, 30u);
}

TEST(DiscardKill, FifoThatIsGoneTookThePieceWithIt) {
  DiscardNote note;
  note.settled.end = 100;
  note.open_bytes = 50;
  note.open_after.end = 150;
  note.open_after.counts.ends = {3, 0};
  note.open_head = std::string(50, 'x');
  const DiscardNote settled = Discard::Settle(note, nullptr);
  EXPECT_EQ(settled.settled.end, 150u);
  EXPECT_EQ(settled.settled.counts.total(), 3u);
  EXPECT_EQ(settled.open_bytes, 0u);
}

}  // namespace
}  // namespace tailrace
