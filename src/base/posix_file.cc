#include "base/posix_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

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
