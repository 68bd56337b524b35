#include "base/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <array>
#include <climits>
#include <cstdio>

#include "base/posix_fifo.h"
#include "base/posix_file.h"
#include "base/posix_poller.h"
#include "base/unique_fd.h"

namespace tailrace {

namespace {

// The answer to a call that returns 0 or sets errno.
Status Answer(int result, const char* doing, const std::string& path) {
  return result == 0 ? Status::Ok() : Status::FromErrno(errno, std::string(doing) + " " + path);
}

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead: return O_RDONLY;
    case OpenMode::kReadWrite: return O_RDWR;
    case OpenMode::kCreate: return O_RDWR | O_CREAT;
    case OpenMode::kCreateNew: return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

DirEntry::Kind KindOfMode(mode_t mode) {
  if (S_ISREG(mode)) return DirEntry::Kind::kFile;
  if (S_ISDIR(mode)) return DirEntry::Kind::kDirectory;
  if (S_ISLNK(mode)) return DirEntry::Kind::kLink;
  if (S_ISFIFO(mode)) return DirEntry::Kind::kFifo;
  return DirEntry::Kind::kOther;
}

DirEntry::Kind KindOfEntry(int dir, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG: return DirEntry::Kind::kFile;
    case DT_DIR: return DirEntry::Kind::kDirectory;
    case DT_LNK: return DirEntry::Kind::kLink;
    case DT_FIFO: return DirEntry::Kind::kFifo;
    case DT_UNKNOWN: break;
    default: return DirEntry::Kind::kOther;
  }
  // Some file systems do not say; an entry that is gone by now is nothing that anyone looks for.
  struct stat info {};
  if (fstatat(dir, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return DirEntry::Kind::kOther;
  return KindOfMode(info.st_mode);
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

// Opens without waiting, whatever is at `path`, and says what it is.
Result<UniqueFd> OpenChecked(const std::string& path, int flags, DirEntry::Kind wanted) {
  const char* what = wanted == DirEntry::Kind::kFifo ? "a FIFO" : "a regular file";
  int raw = RetryInterrupted([&] { return open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600); });
  // A folder opened for writing and a socket are refused at once; the others are found out below.
  if (raw < 0 && (errno == EISDIR || errno == ENXIO)) return Invalid("open " + path + ": not " + what);
  if (raw < 0) return Status::FromErrno(errno, "open " + path);
  UniqueFd fd(raw);
  struct stat info {};
  if (fstat(raw, &info) != 0) return Status::FromErrno(errno, "stat " + path);
  if (KindOfMode(info.st_mode) != wanted) return Invalid("open " + path + ": not " + what);
  return fd;
}

}  // namespace

Result<std::unique_ptr<File>> PosixDisk::Open(const std::string& path, OpenMode mode) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenChecked(path, FlagsOf(mode), DirEntry::Kind::kFile));
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path));
}

Result<std::unique_ptr<Fifo>> PosixDisk::OpenFifo(const std::string& path) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenChecked(path, O_RDONLY, DirEntry::Kind::kFifo));
  return std::unique_ptr<Fifo>(std::make_unique<PosixFifo>(std::move(fd), path));
}

Result<std::unique_ptr<Poller>> PosixDisk::NewPoller() { return PosixPoller::Make(); }

Status PosixDisk::MakeDir(const std::string& path) { return Answer(mkdir(path.c_str(), 0700), "make folder", path); }

Status PosixDisk::RemoveDir(const std::string& path) { return Answer(rmdir(path.c_str()), "remove folder", path); }

Status PosixDisk::Rename(const std::string& from, const std::string& to) {
  int result = std::rename(from.c_str(), to.c_str());
  return result == 0 ? Status::Ok() : Status::FromErrno(errno, "rename " + from + " to " + to);
}

Status PosixDisk::Unlink(const std::string& path) { return Answer(unlink(path.c_str()), "remove", path); }

Status PosixDisk::MakeLink(const std::string& target, const std::string& path) {
  return Answer(symlink(target.c_str(), path.c_str()), "make link", path);
}

Result<std::string> PosixDisk::ReadLink(const std::string& path) {
  std::array<char, PATH_MAX> target;
  ssize_t n = readlink(path.c_str(), target.data(), target.size());
  if (n < 0) return Status::FromErrno(errno, "read link " + path);
  return std::string(target.data(), static_cast<size_t>(n));
}

Result<std::vector<DirEntry>> PosixDisk::List(const std::string& path) {
  std::unique_ptr<DIR, CloseDir> dir(opendir(path.c_str()));
  if (!dir) return Status::FromErrno(errno, "list " + path);
  std::vector<DirEntry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(dir.get());
    if (entry == nullptr && errno != 0) return Status::FromErrno(errno, "list " + path);
    if (entry == nullptr) return entries;
    std::string name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::move(name), KindOfEntry(dirfd(dir.get()), *entry)});
  }
}

Result<FileInfo> PosixDisk::Stat(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return Status::FromErrno(errno, "stat " + path);
  return FileInfo{
      .kind = KindOfMode(info.st_mode),
      .bytes = static_cast<uint64_t>(info.st_size),
      .modified = {int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec},
      .disk_bytes = static_cast<uint64_t>(info.st_blocks) * 512,  // The unit of st_blocks, whatever the file system's.
  };
}

Result<SpaceInfo> PosixDisk::Space(const std::string& path) {
  struct statvfs info {};
  if (RetryInterrupted([&] { return statvfs(path.c_str(), &info); }) != 0) {
    return Status::FromErrno(errno, "measure the file system of " + path);
  }
  return SpaceInfo{.total_bytes = info.f_blocks * info.f_frsize, .free_bytes = info.f_bfree * info.f_frsize};
}

Status PosixDisk::SyncDir(const std::string& path) {
  UniqueFd fd(RetryInterrupted([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd.is_open()) return Status::FromErrno(errno, "open folder " + path);
  return Answer(fsync(fd.get()), "sync folder", path);
}

}  // namespace tailrace
