// What a MemDisk cannot show, or what has to be so of the kernel itself; the rest is in tests/fakes/disk_agreement_test.
#include "base/posix_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

class PosixDiskTest : public testing::Test {
 protected:
  std::unique_ptr<File> Create(const std::string& name) {
    return std::move(*disk_.Open(dir_ / name, OpenMode::kCreateNew));
  }
  void MakeSocket(const std::string& name) {
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (dir_ / name).c_str(), sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }

  TempDir dir_;
  PosixDisk disk_;
};

TEST_F(PosixDiskTest, MakesFilesAndFoldersForUsAlone) {
  auto file = Create("f");
  ASSERT_TRUE(disk_.MakeDir(dir_ / "d").ok());
  struct stat info {};
  ASSERT_EQ(stat((dir_ / "f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((dir_ / "d").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(PosixDiskTest, DescriptorsDoNotReachChildren) {
  auto count = [] {
    int inherited = 0;
    for (int fd = 3; fd < 1024; ++fd) {
      int flags = fcntl(fd, F_GETFD);
      inherited += flags >= 0 && (flags & FD_CLOEXEC) == 0 ? 1 : 0;
    }
    return inherited;
  };
  const int before = count();
  auto file = Create("f");
  MakeRealFifo(dir_ / "p");
  RealWriter writer(dir_ / "p");
  auto fifo = std::move(*disk_.OpenFifo(dir_ / "p"));
  auto poller = std::move(*disk_.NewPoller());
  std::string bytes(10, '?');
  ASSERT_TRUE(fifo->Peek(bytes).ok());  // Makes its private pipe.
  EXPECT_EQ(count(), before);
}

TEST_F(PosixDiskTest, OpeningNeverWaitsWhateverIsThere) {
  MakeRealFifo(dir_ / "p");  // Nobody holds it: a plain open would wait for ever.
  MakeSocket("s");
  ASSERT_TRUE(disk_.MakeDir(dir_ / "d").ok());
  for (const char* name : {"p", "s", "d"}) {
    for (OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite, OpenMode::kCreate}) {
      EXPECT_EQ(disk_.Open(dir_ / name, mode).status().code(), StatusCode::kInvalid) << name;
    }
  }
  EXPECT_EQ(disk_.OpenFifo(dir_ / "s").status().code(), StatusCode::kInvalid);
  EXPECT_EQ(disk_.OpenFifo(dir_ / "d").status().code(), StatusCode::kInvalid);
  EXPECT_TRUE(disk_.OpenFifo(dir_ / "p").ok());
}

TEST_F(PosixDiskTest, ListsKinds) {
  auto file = Create("f");
  MakeRealFifo(dir_ / "p");
  MakeSocket("s");
  ASSERT_TRUE(disk_.MakeDir(dir_ / "d").ok());
  ASSERT_TRUE(disk_.MakeLink("nowhere", dir_ / "l").ok());
  auto entries = std::move(*disk_.List(dir_.path()));
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_EQ(entries[0].kind, DirEntry::Kind::kDirectory);
  EXPECT_EQ(entries[1].kind, DirEntry::Kind::kFile);
  EXPECT_EQ(entries[2].kind, DirEntry::Kind::kLink);
  EXPECT_EQ(entries[3].kind, DirEntry::Kind::kFifo);
  EXPECT_EQ(entries[4].kind, DirEntry::Kind::kOther);
}

TEST_F(PosixDiskTest, StatTellsSizeTimeAndWhatASparseFileOccupies) {
  auto file = Create("f");
  ASSERT_TRUE(file->WriteAt(1 << 20, "x").ok());
  auto info = *disk_.Stat(dir_ / "f");
  EXPECT_EQ(info.bytes, (1u << 20) + 1);
  EXPECT_LT(info.disk_bytes, 1u << 19);
  EXPECT_LT(std::abs(info.modified.ns - SystemClock().WallNow().ns), int64_t{60} * 1'000'000'000);
}

TEST_F(PosixDiskTest, SpaceIsThatOfTheFileSystem) {
  auto space = *disk_.Space(dir_.path());
  EXPECT_GT(space.total_bytes, 0u);
  EXPECT_LE(space.free_bytes, space.total_bytes);
  EXPECT_EQ(disk_.Space(dir_ / "none").status().code(), StatusCode::kNotFound);
}

TEST_F(PosixDiskTest, MessagesSayDoingWhatToWhat) {
  std::string path = dir_ / "none";
  EXPECT_EQ(disk_.Unlink(path).message(), "remove " + path + ": No such file or directory");
  EXPECT_EQ(disk_.Open(path, OpenMode::kRead).status().message(), "open " + path + ": No such file or directory");
  EXPECT_EQ(disk_.Rename(path, path).message(), "rename " + path + " to " + path + ": No such file or directory");
}

TEST_F(PosixDiskTest, ReadsTheKernelsOwnFilesThoughTheyHaveNoSize) {
  auto text = ReadWholeFile(disk_, "/proc/sys/kernel/random/boot_id", 100);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->size(), 37u);
}

TEST_F(PosixDiskTest, SyncsFilesAndFolders) {
  auto file = Create("f");
  ASSERT_TRUE(file->WriteAt(0, "x").ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_TRUE(disk_.SyncDir(dir_.path()).ok());
  EXPECT_EQ(disk_.SyncDir(dir_ / "f").code(), StatusCode::kNotFound);  // ENOTDIR
}

}  // namespace
}  // namespace tailrace
