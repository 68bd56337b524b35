// MemDisk against the kernel: the same calls in the same order must get the same answers. Here: pipes.
#include <gtest/gtest.h>

#include <array>

#include "tests/fakes/disk_sides.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

template <typename Side>
class PipeScenario {
 public:
  std::vector<std::string> Run(uint64_t seed, int steps) {
    SeededRandom random(seed);
    side_.MakeFifo(path_);
    file_ = std::move(*side_.disk.Open(side_.root + "/file", OpenMode::kCreate));
    poller_ = std::move(*side_.disk.NewPoller());
    for (int i = 0; i < steps; ++i) Step(random);
    Poll();
    return std::move(log_);
  }

 private:
  void Note(const std::string& what, const std::string& answer) { log_.push_back(what + " -> " + answer); }

  void Step(SeededRandom& random) {
    switch (random.Below(17)) {
      case 0: return OpenReader();
      case 1: return random.Chance(0.2) ? CloseReader() : void();
      case 2: return OpenWriter();
      case 3: return random.Chance(0.3) ? CloseWriter() : void();
      case 4: case 5: case 6: case 7: return Write(random);
      case 8: case 9: return Splice(random);
      case 10: return Peek(random);
      case 11: return Drop(random);
      case 12: return random.Chance(0.1) ? Resize(random) : void();
      case 13: return Arm();
      case 14: return Poll();
      case 15: return Reserve(random);
      default: return Measure();
    }
  }

  void OpenReader() {
    if (reader_) return;
    reader_ = std::move(*side_.disk.OpenFifo(path_));
    Note("open reader", Show(poller_->Add(*reader_, 7)));
  }
  void CloseReader() {
    if (!reader_) return;
    poller_->Remove(*reader_);
    reader_.reset();
    Note("close reader", "");
  }
  void OpenWriter() {
    if (!writer_) writer_ = side_.OpenWriter(path_);
  }
  void CloseWriter() {
    writer_.reset();
    Note("close writer", "");
  }
  void Write(SeededRandom& random) {
    if (!writer_) return;
    static constexpr std::array<uint64_t, 6> kSizesMax = {10, 300, 4096, 4097, 20000, 100000};
    size_t n = random.Chance(0.1) ? 4096 * (1 + random.Below(3)) : 1 + random.Below(kSizesMax[random.Below(6)]);
    size_t accepted = writer_->Write(Pattern(written_, n));
    written_ += accepted;
    Note("write " + std::to_string(n), std::to_string(accepted));
  }
  void Splice(SeededRandom& random) {
    if (!reader_) return;
    size_t n = 1 + random.Below(random.Chance(0.5) ? 100000 : 3000);
    auto moved = file_->SpliceFrom(*reader_, spliced_, n);
    std::string bytes(moved.ok() ? moved->bytes : 0, '?');
    EXPECT_EQ(file_->ReadAt(spliced_, bytes).value_or(0), bytes.size());
    spliced_ += bytes.size();
    Note("splice " + std::to_string(n), Show(moved) + " " + bytes);
  }
  // Not every file system of the real side reserves; what can be seen of the file must be the same all the same.
  void Reserve(SeededRandom& random) {
    const Status ignored = random.Chance(0.5) ? file_->Reserve(spliced_, 1 + random.Below(100'000)) : file_->Unreserve();
    Note("reserve", ShowNumber(file_->Size()));
  }
  void Peek(SeededRandom& random) {
    if (!reader_) return;
    std::string bytes(1 + random.Below(random.Chance(0.5) ? 100000 : 3000), '?');
    auto peeked = reader_->Peek(bytes);
    bytes.resize(peeked.ok() ? peeked->bytes : 0);
    Note("peek", Show(peeked) + " " + bytes);
  }
  void Drop(SeededRandom& random) {
    if (!reader_) return;
    size_t there = reader_->Available().value_or(0);
    size_t n = 1 + random.Below(random.Chance(0.1) ? there + 100 : std::max<size_t>(there, 1));
    Note("drop " + std::to_string(n), Show(reader_->Drop(n)));
  }
  void Resize(SeededRandom& random) {
    if (!reader_) return;
    size_t n = random.Below(1 << random.Below(20));
    Note("resize " + std::to_string(n), Show(reader_->Resize(n)));
  }
  void Arm() {
    if (!reader_) return;
    poller_->Arm(*reader_, 9);
    Note("arm", "");
  }
  void Poll() {
    std::vector<uint64_t> fired;
    poller_->Wait(MonoTime{0}, fired);
    Note("poll", fired.empty() ? "nothing" : std::to_string(fired.front()));
  }
  void Measure() {
    if (!reader_) return;
    Note("measure", ShowNumber(reader_->Available()) + " of " + std::to_string(reader_->Capacity()));
  }

  Side side_;
  std::string path_ = side_.root + "/p";
  std::unique_ptr<File> file_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Fifo> reader_;
  std::unique_ptr<typename Side::Writer> writer_;
  uint64_t written_ = 0;
  uint64_t spliced_ = 0;
  std::vector<std::string> log_;
};

TEST(DiskAgreement, PipesAsTheKernelHasThem) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    auto real = PipeScenario<RealSide>().Run(seed, 400);
    auto mem = PipeScenario<MemSide>().Run(seed, 400);
    ASSERT_TRUE(IsSame(real, mem)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tailrace
