#include "base/posix_fifo.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace tailrace {

namespace {

constexpr size_t kPeekBytesMax = 256_KiB;

// Nobody peeks at so much as the largest FIFOs hold, and pipes are scarce. A refusal leaves the pipe as it is: less is
// peeked at a time, which costs calls but loses nothing.
void GrowPeekPipe(int fd, size_t fifo_bytes) {
  const size_t bytes = std::min(fifo_bytes, kPeekBytesMax);
  auto present = fcntl(fd, F_GETPIPE_SZ);
  if (present >= 0 && static_cast<size_t>(present) < bytes) fcntl(fd, F_SETPIPE_SZ, static_cast<int>(bytes));
}

}  // namespace

PosixFifo::PosixFifo(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

Status PosixFifo::Failed(std::string_view doing) const {
  return Status::FromErrno(errno, std::string(doing) + " " + path_);
}

Result<size_t> PosixFifo::Available() {
  int bytes = 0;
  if (ioctl(fd_.get(), FIONREAD, &bytes) != 0) return Failed("measure");
  return static_cast<size_t>(bytes);
}

Status PosixFifo::MakePeekPipe() {
  if (peek_read_.is_open()) return Status::Ok();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return Failed("make a pipe to peek into");
  peek_read_ = UniqueFd(ends[0]);
  peek_write_ = UniqueFd(ends[1]);
  // tee copies references to whole buffers: it needs as many as the FIFO has, whatever they hold.
  GrowPeekPipe(peek_write_.get(), Capacity());
  return Status::Ok();
}

Status PosixFifo::ReadPeekPipe(std::span<char> out) {
  while (!out.empty()) {
    ssize_t n = RetryInterrupted([&] { return read(peek_read_.get(), out.data(), out.size()); });
    if (n <= 0) return Failed("read back what was peeked of");
    out = out.subspan(static_cast<size_t>(n));
  }
  return Status::Ok();
}

Result<MoveOutcome> PosixFifo::Peek(std::span<char> out) {
  CHECK(!out.empty());  // tee answers 0 to a length of 0, as it does at the end of the stream.
  RETURN_IF_ERROR(MakePeekPipe());
  ssize_t copied =
      RetryInterrupted([&] { return tee(fd_.get(), peek_write_.get(), out.size(), SPLICE_F_NONBLOCK); });
  if (copied == 0) return MoveOutcome{MoveOutcome::Kind::kEnded, 0};
  if (copied < 0 && errno == EAGAIN) return MoveOutcome{MoveOutcome::Kind::kEmpty, 0};
  if (copied < 0) return Failed("peek");
  auto bytes = static_cast<size_t>(copied);
  RETURN_IF_ERROR(ReadPeekPipe(out.first(bytes)));
  return MoveOutcome{MoveOutcome::Kind::kMoved, bytes};
}

Status PosixFifo::Drop(size_t n) {
  CHECK_GT(n, 0u);
  // Only the length counts, but read wants somewhere to put the bytes.
  auto scratch = std::make_unique_for_overwrite<char[]>(n);
  ssize_t got = RetryInterrupted([&] { return read(fd_.get(), scratch.get(), n); });
  if (got < 0) return Failed("drop the head of");
  if (static_cast<size_t>(got) < n) {
    return {StatusCode::kIo, "drop the head of " + path_ + ": " + std::to_string(got) + " bytes there instead of " +
                                 std::to_string(n)};
  }
  return Status::Ok();
}

size_t PosixFifo::Capacity() {
  int bytes = fcntl(fd_.get(), F_GETPIPE_SZ);
  CHECK_GE(bytes, 0);  // The descriptor is a pipe's.
  return static_cast<size_t>(bytes);
}

Status PosixFifo::Resize(size_t bytes) {
  if (bytes > static_cast<size_t>(INT32_MAX)) return Invalid("resize " + path_ + ": more than 2 GiB");
  if (fcntl(fd_.get(), F_SETPIPE_SZ, static_cast<int>(bytes)) < 0) return Failed("resize");
  if (peek_write_.is_open()) GrowPeekPipe(peek_write_.get(), Capacity());
  return Status::Ok();
}

}  // namespace tailrace
