#include "tests/crash/full_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"

namespace tailrace {

namespace {
int Run(const std::string& command) { return std::system(("PATH=$PATH:/sbin:/usr/sbin; " + command).c_str()); }
}  // namespace

FullDisk::FullDisk(uint64_t bytes) : path_(dir_ / "mount") {
  const std::string image = dir_ / "image";
  std::filesystem::create_directory(path_);
  is_mounted_ = Run("truncate -s " + std::to_string(bytes) + " " + image + " && mkfs.ext4 -q -m 0 " + image +
                    " && mount -o loop " + image + " " + path_) == 0;
}

FullDisk::~FullDisk() {
  if (is_mounted_) Run("umount " + path_);
}

void FullDisk::FillUpTo(uint64_t left) {
  const int fd = ::open((path_ + "/neighbour").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  CHECK_GE(fd, 0);
  for (off_t taken_before = -1; free_bytes() > left;) {
    struct stat info {};
    CHECK_EQ(::fstat(fd, &info), 0);
    // Behind what it has already: a refused call may have taken a part. One that took nothing has met what ext4 keeps for
    // itself, a fiftieth.
    const auto taken = static_cast<off_t>(info.st_blocks) * 512;
    if (taken == taken_before) break;
    taken_before = taken;
    const int error = ::posix_fallocate(fd, taken, static_cast<off_t>(free_bytes() - left));
    CHECK(error == 0 || error == ENOSPC);
    if (error == 0) break;
  }
  ::close(fd);
}

void FullDisk::Free() { std::filesystem::remove(path_ + "/neighbour"); }

uint64_t FullDisk::free_bytes() const {
  struct statvfs info {};
  CHECK_EQ(::statvfs(path_.c_str(), &info), 0);
  return uint64_t{info.f_bfree} * info.f_frsize;
}

}  // namespace tailrace
