// MemDisk against the kernel: the same calls in the same order must get the same answers. Here: names and files.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/fakes/disk_sides.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

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

  // Without the root, which differs.
  void Note(std::string what, const std::string& answer) {
    for (size_t at; (at = what.find(side_.root)) != std::string::npos;) what.erase(at, side_.root.size());
    log_.push_back(what + " -> " + answer);
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

}  // namespace
}  // namespace tailrace
