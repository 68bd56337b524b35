// MemDisk against the kernel: the same calls in the same order must get the same answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/posix_disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

// One of the two disks with what dockerd would do on it.
struct RealSide {
  using Writer = RealWriter;
  TempDir dir;
  PosixDisk disk;
  std::string root = dir / "root";  // links may lead one folder up
  RealSide() { EXPECT_TRUE(disk.MakeDir(root).ok()); }
  void MakeFifo(const std::string& path) { MakeRealFifo(path); }
  std::unique_ptr<Writer> OpenWriter(const std::string& path) { return std::make_unique<Writer>(path); }
};

struct MemSide {
  using Writer = MemWriter;
  FakeClock clock;
  MemDisk disk{clock};
  std::string root = "/top/root";
  MemSide() { disk.MakeDirs(root); }
  void MakeFifo(const std::string& path) { disk.MakeFifo(path); }
  std::unique_ptr<Writer> OpenWriter(const std::string& path) { return disk.OpenWriter(path); }
};

std::string Show(const Status& status) { return std::string(StatusCodeName(status.code())); }

std::string Show(const Result<MoveOutcome>& moved) {
  if (!moved.ok()) return Show(moved.status());
  switch (moved->kind) {
    case MoveOutcome::Kind::kMoved: return "moved " + std::to_string(moved->bytes);
    case MoveOutcome::Kind::kEmpty: return "empty";
    case MoveOutcome::Kind::kEnded: return "ended";
  }
  return "?";
}

template <typename Number>
std::string ShowNumber(const Result<Number>& number) {
  return number.ok() ? std::to_string(*number) : Show(number.status());
}

// Bytes that tell where in the stream they are.
std::string Pattern(uint64_t from, size_t n) {
  std::string bytes(n, '\0');
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>('!' + (from + i) * 7 / 5 % 90);
  return bytes;
}

// The first difference, cut where contents begin to bore.
testing::AssertionResult IsSame(const std::vector<std::string>& real, const std::vector<std::string>& mem) {
  for (size_t i = 0; i < std::min(real.size(), mem.size()); ++i) {
    if (real[i] == mem[i]) continue;
    return testing::AssertionFailure() << "step " << i << " after " << (i == 0 ? "nothing" : real[i - 1].substr(0, 200))
                                       << "\n kernel: " << real[i].substr(0, 200) << "\n memory: "
                                       << mem[i].substr(0, 200);
  }
  if (real.size() == mem.size()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << real.size() << " against " << mem.size() << " steps";
}

// ---- Names and files ----

template <typename Side>
class NameScenario {
 public:
  std::vector<std::string> Run(uint64_t seed, int steps) {
    SeededRandom random(seed);
    side_.MakeFifo(side_.root + "/p");
    for (int i = 0; i < steps; ++i) Step(random);
    return std::move(log_);
  }

 private:
  std::string Path(SeededRandom& random) {
    static constexpr std::array kPaths = {"a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "l/a", "d/l", "p", "d/../a",
                                          "none/a", "a/a", "loop", "d/loop"};
    return side_.root + "/" + kPaths[random.Below(kPaths.size())];
  }

  void Note(const std::string& what, const std::string& answer) {
    log_.push_back(what.substr(0, what.find(side_.root)) + what.substr(std::min(what.size(), what.find(side_.root))) +
                   " -> " + answer);
    size_t at;
    while ((at = log_.back().find(side_.root)) != std::string::npos) log_.back().replace(at, side_.root.size(), "R");
  }

  void Step(SeededRandom& random) {
    std::string path = Path(random);
    std::string other = Path(random);
    switch (random.Below(11)) {
      case 0: return Note("mkdir " + path, Show(side_.disk.MakeDir(path)));
      case 1: return Note("rmdir " + path, Show(side_.disk.RemoveDir(path)));
      case 2: return Note("rename " + path + " " + other, Show(side_.disk.Rename(path, other)));
      case 3: return Note("unlink " + path, Show(side_.disk.Unlink(path)));
      case 4: return MakeLink(random, path);
      case 5: return List(path);
      case 6: return Stat(path);
      case 7: return Note("readlink " + path, side_.disk.ReadLink(path).value_or("(none)"));
      case 8: return Note("sync " + path, Show(side_.disk.SyncDir(path)));
      case 9: return Open(random, path);
      default: return UseFile(random);
    }
  }

  void MakeLink(SeededRandom& random, const std::string& path) {
    static constexpr std::array kTargets = {"a", "d", "../a", "none", "loop", "d/e", "../p"};
    const char* target = kTargets[random.Below(kTargets.size())];
    Note(std::string("link ") + target + " " + path, Show(side_.disk.MakeLink(target, path)));
  }

  void List(const std::string& path) {
    auto entries = side_.disk.List(path);
    if (!entries.ok()) return Note("list " + path, Show(entries.status()));
    std::map<std::string, int> names;
    for (const DirEntry& entry : *entries) names[entry.name] = static_cast<int>(entry.kind);
    std::string text;
    for (const auto& [name, kind] : names) text += name + ":" + std::to_string(kind) + " ";
    Note("list " + path, text);
  }

  void Stat(const std::string& path) {
    auto info = side_.disk.Stat(path);
    if (!info.ok()) return Note("stat " + path, Show(info.status()));
    bool has_size = info->kind != DirEntry::Kind::kDirectory;
    Note("stat " + path, std::to_string(static_cast<int>(info->kind)) + " " +
                             (has_size ? std::to_string(info->bytes) : ""));
  }

  void Open(SeededRandom& random, const std::string& path) {
    if (random.Chance(0.2)) {
      auto fifo = side_.disk.OpenFifo(path);
      return Note("openfifo " + path, fifo.ok() ? "ok" : Show(fifo.status()));
    }
    auto mode = static_cast<OpenMode>(random.Below(4));
    auto file = side_.disk.Open(path, mode);
    Note("open " + path + " " + std::to_string(static_cast<int>(mode)), file.ok() ? "ok" : Show(file.status()));
    if (file.ok()) files_[random.Below(files_.size())] = std::move(*file);
  }

  void UseFile(SeededRandom& random) {
    auto& file = files_[random.Below(files_.size())];
    if (!file) return;
    uint64_t offset = random.Below(3) * random.Below(5000);
    switch (random.Below(6)) {
      case 0: return Note("write", Show(file->WriteAt(offset, Pattern(offset, random.Below(9000)))));
      case 1: return Note("size", ShowNumber(file->Size()));
      case 2: return Note("sync", Show(file->Sync()));
      case 3: return Note("lock", Show(file->Lock()));
      case 4: return file.reset();
      default: break;
    }
    std::string bytes(random.Below(9000), '?');
    auto got = file->ReadAt(offset, bytes);
    Note("read", ShowNumber(got) + " " + bytes);
  }

  Side side_;
  std::array<std::unique_ptr<File>, 4> files_;
  std::vector<std::string> log_;
};

TEST(DiskAgreement, NamesAndFilesAsTheKernelHasThem) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    auto real = NameScenario<RealSide>().Run(seed, 400);
    auto mem = NameScenario<MemSide>().Run(seed, 400);
    ASSERT_TRUE(IsSame(real, mem)) << "seed " << seed;
  }
}

// ---- Pipes ----

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
    switch (random.Below(16)) {
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
