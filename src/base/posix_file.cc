#include "base/posix_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/posix_fifo.h"

namespace tailrace {

PosixFile::PosixFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

Status PosixFile::Failed(std::string_view doing) const {
  return Status::FromErrno(errno, std::string(doing) + " " + path_);
}

Result<size_t> PosixFile::ReadAt(uint64_t offset, std::span<char> out) {
  size_t done = 0;
  while (done < out.size()) {
    ssize_t n = RetryInterrupted([&] {
      return pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    });
    if (n < 0) return Failed("read");
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Status PosixFile::WriteAt(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = RetryInterrupted(
        [&] { return pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (n < 0) return Failed("write");
    offset += static_cast<uint64_t>(n);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return Status::Ok();
}

Result<uint64_t> PosixFile::Size() {
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0) return Failed("stat");
  return static_cast<uint64_t>(info.st_size);
}

// Only ext4 maps each 4 KiB by itself when a page is written first, which is an eighth of what an append costs. btrfs would
// no longer compress the file.
Status PosixFile::Reserve(uint64_t offset, uint64_t bytes) {
  struct statfs system {};
  if (fstatfs(fd_.get(), &system) != 0) return Failed("ask for the file system of");
  if (system.f_type != EXT4_SUPER_MAGIC) return Status(StatusCode::kUnsupported, "reserve room for " + path_);
  const int result = RetryInterrupted([&] {
    return fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  });
  if (result == 0) return Status::Ok();
  Status failed = Failed("reserve room for");
  const Status ignored = Unreserve();  // On a disk that is nearly full a part has been taken.
  return failed;
}

Status PosixFile::Unreserve() {
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0) return Failed("stat");
  constexpr int64_t kBlock = 4096;
  constexpr int64_t kStatUnit = 512;
  // Mostly there is nothing; asking is cheaper than a change to the file system.
  if (info.st_blocks * kStatUnit <= (info.st_size + kBlock - 1) / kBlock * kBlock) return Status::Ok();
  const int result = RetryInterrupted([&] { return ftruncate(fd_.get(), info.st_size); });
  return result == 0 ? Status::Ok() : Failed("give back the room of");
}

Status PosixFile::Sync() {
  // Not even after EINTR a second time: the pages that failed would be taken for clean, and the answer be a lie.
  return fdatasync(fd_.get()) == 0 ? Status::Ok() : Failed("sync");
}

Result<MoveOutcome> PosixFile::SpliceFrom(Fifo& fifo, uint64_t offset, size_t n) {
  CHECK_GT(n, 0u);  // splice answers 0 to a length of 0, as it does at the end of the stream.
  auto* source = dynamic_cast<PosixFifo*>(&fifo);
  CHECK(source != nullptr);
  auto position = static_cast<off_t>(offset);
  ssize_t moved = RetryInterrupted([&] {
    return splice(source->fd(), nullptr, fd_.get(), &position, n, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  });
  if (moved > 0) return MoveOutcome{MoveOutcome::Kind::kMoved, static_cast<size_t>(moved)};
  if (moved == 0) return MoveOutcome{MoveOutcome::Kind::kEnded, 0};
  if (errno == EAGAIN) return MoveOutcome{MoveOutcome::Kind::kEmpty, 0};
  return Failed("splice " + source->path() + " to");
}

Status PosixFile::Lock() {
  int result = RetryInterrupted([&] { return flock(fd_.get(), LOCK_EX | LOCK_NB); });
  return result == 0 ? Status::Ok() : Failed("lock");
}

}  // namespace tailrace
