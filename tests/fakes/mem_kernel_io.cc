// MemKernel: calls on what is open, and the sides of other processes and of the test.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "tests/fakes/mem_kernel.h"

namespace tailrace {

namespace {

using Kind = DirEntry::Kind;
using Moved = MoveOutcome::Kind;

// What a kill leaves of a write: the kernel looks for it between pages only, so that a write within one is whole.
size_t BytesBeforeKill(uint64_t offset, size_t bytes) {
  constexpr uint64_t kPage = MemFileData::kBlockBytes;
  const uint64_t end = (offset + bytes / 2) / kPage * kPage;
  if ((offset + bytes - 1) / kPage == offset / kPage || end <= offset) return bytes;
  return static_cast<size_t>(end - offset);
}

}  // namespace

MemKernel::Handle MemKernel::AddHandle(OpenHandle handle) {
  tree_.Hold(handle.ino);
  handles_[++last_handle_] = std::move(handle);
  return last_handle_;
}

void MemKernel::Close(Handle handle) {
  auto found = handles_.find(handle);
  if (found == handles_.end()) return;
  // The dead close nothing by themselves: what a pipe holds is there until Crash, for a test to look at.
  if (faults_.is_dead() && !found->second.writes_pipe) return;
  OpenHandle closed = std::move(found->second);
  handles_.erase(found);
  Inode& inode = InodeOf(closed);
  if (inode.lock_handle == handle) inode.lock_handle = 0;
  ReleasePipe(inode, closed);
  tree_.Release(closed.ino);
}

void MemKernel::ReleasePipe(Inode& inode, const OpenHandle& handle) {
  if (handle.reads_pipe) --inode.readers;
  if (handle.writes_pipe) --inode.writers;
  // The kernel's pipe lives only as long as somebody has the FIFO open.
  if (inode.kind == Kind::kFifo && inode.readers + inode.writers == 0) {
    inode.pipe = {};
    inode.writers_ever = 0;
  }
}

Result<size_t> MemKernel::ReadAt(Handle file, uint64_t offset, std::span<char> out) {
  return RunOn(file, Call::kReadAt, false, [&](OpenHandle& handle) -> Result<size_t> {
    const std::string& bytes = InodeOf(handle).file.bytes();
    if (offset >= bytes.size()) return size_t{0};
    size_t n = std::min<size_t>(out.size(), bytes.size() - offset);
    std::copy_n(bytes.data() + offset, n, out.data());
    return n;
  });
}

uint64_t MemKernel::BlocksFree() const {
  uint64_t used = used_bytes();
  return used >= capacity ? 0 : (capacity - used) / MemFileData::kBlockBytes;
}

Status MemKernel::WriteSome(const OpenHandle& file, uint64_t offset, std::string_view bytes) {
  if (!file.is_writable) return Status::FromErrno(EBADF, "write " + file.path);
  Inode& inode = InodeOf(file);
  size_t n = inode.file.WritableBytes(offset, bytes.size(), BlocksFree());
  inode.file.Write(offset, bytes.substr(0, n));
  inode.modified = clock_.WallNow();
  return n == bytes.size() ? Status::Ok() : Status::FromErrno(ENOSPC, "write " + file.path);
}

Status MemKernel::WriteAt(Handle file, uint64_t offset, std::string_view bytes) {
  const std::string_view half = bytes.substr(0, bytes.size() / 2);
  bool has_run = false;
  Status status = RunOn(file, Call::kWriteAt, true, [&](OpenHandle& handle) {
    has_run = true;
    const size_t n = faults_.is_halfway() ? BytesBeforeKill(offset, bytes.size()) : bytes.size();
    return WriteSome(handle, offset, bytes.substr(0, n));
  });
  // Of a write that fails a part may be there: what was refused by the test has left its first half.
  if (!has_run && !faults_.is_dead() && IsOpen(file)) {
    Status ignored = WriteSome(handles_.at(file), offset, half);
  }
  return status;
}

Result<uint64_t> MemKernel::Size(Handle file) {
  return RunOn(file, Call::kSize, false,
               [&](OpenHandle& handle) { return Result<uint64_t>(InodeOf(handle).file.bytes().size()); });
}

Status MemKernel::Reserve(Handle file, uint64_t offset, uint64_t bytes) {
  return RunOn(file, Call::kReserve, true, [&](OpenHandle& handle) {
    const bool fits = InodeOf(handle).file.Reserve(offset, bytes, BlocksFree());
    return fits ? Status::Ok() : Status::FromErrno(ENOSPC, "reserve room for " + handle.path);
  });
}

Status MemKernel::Unreserve(Handle file) {
  return RunOn(file, Call::kUnreserve, true, [&](OpenHandle& handle) {
    InodeOf(handle).file.Unreserve();
    return Status::Ok();
  });
}

Status MemKernel::Sync(Handle file) {
  bool has_run = false;
  Status status = RunOn(file, Call::kSync, true, [&](OpenHandle& handle) {
    has_run = true;
    InodeOf(handle).file.Sync();
    return Status::Ok();
  });
  if (!has_run && !faults_.is_dead() && IsOpen(file)) InodeOf(handles_.at(file)).file.FailSync();
  return status;
}

Result<MoveOutcome> MemKernel::Splice(Handle fifo, Handle file, uint64_t offset, size_t n) {
  CHECK_GT(n, 0u);
  auto source = handles_.find(fifo);
  if (source == handles_.end()) return Status(StatusCode::kGone, "splice from a pipe that was open before a crash");
  Inode& pipe = InodeOf(source->second);
  return RunOn(file, Call::kSplice, pipe.pipe.bytes() > 0, [&](OpenHandle& handle) -> Result<MoveOutcome> {
    const std::string doing = "splice " + source->second.path + " to " + handle.path;
    if (!handle.is_writable) return Status::FromErrno(EBADF, doing);
    if (pipe.pipe.bytes() == 0) return MoveOutcome{pipe.writers > 0 ? Moved::kEmpty : Moved::kEnded, 0};
    Inode& target = InodeOf(handle);
    size_t moved = std::min({n, pipe.pipe.bytes(), splice_bytes_max});
    if (faults_.is_halfway()) moved = (moved + 1) / 2;
    moved = target.file.WritableBytes(offset, moved, BlocksFree());
    if (moved == 0) return Status::FromErrno(ENOSPC, doing);
    target.file.Write(offset, pipe.pipe.Take(moved));
    target.modified = clock_.WallNow();
    return MoveOutcome{Moved::kMoved, moved};
  });
}

Status MemKernel::Lock(Handle file) {
  return RunOn(file, Call::kLock, false, [&](OpenHandle& handle) {
    uint64_t& holder = InodeOf(handle).lock_handle;
    if (holder != 0 && holder != file) return Status::FromErrno(EWOULDBLOCK, "lock " + handle.path);
    holder = file;
    return Status::Ok();
  });
}

Result<size_t> MemKernel::Available(Handle fifo) {
  return RunOn(fifo, Call::kAvailable, false,
               [&](OpenHandle& handle) { return Result<size_t>(InodeOf(handle).pipe.bytes()); });
}

Result<MoveOutcome> MemKernel::Peek(Handle fifo, std::span<char> out) {
  CHECK(!out.empty());
  return RunOn(fifo, Call::kPeek, false, [&](OpenHandle& handle) -> Result<MoveOutcome> {
    const Inode& inode = InodeOf(handle);
    if (inode.pipe.bytes() == 0) return MoveOutcome{inode.writers > 0 ? Moved::kEmpty : Moved::kEnded, 0};
    std::string head = inode.pipe.Peek(out.size());
    std::copy(head.begin(), head.end(), out.begin());
    return MoveOutcome{Moved::kMoved, head.size()};
  });
}

Status MemKernel::Drop(Handle fifo, size_t n) {
  CHECK_GT(n, 0u);
  bool is_mutation = IsOpen(fifo) && InodeOf(handles_.at(fifo)).pipe.bytes() > 0;
  return RunOn(fifo, Call::kDrop, is_mutation, [&](OpenHandle& handle) {
    Inode& inode = InodeOf(handle);
    const std::string doing = "drop the head of " + handle.path;
    if (inode.pipe.bytes() == 0 && inode.writers > 0) return Status::FromErrno(EAGAIN, doing);
    size_t got = inode.pipe.Take(n).size();
    if (got == n) return Status::Ok();
    return Status(StatusCode::kIo, doing + ": " + std::to_string(got) + " bytes there instead of " + std::to_string(n));
  });
}

size_t MemKernel::Capacity(Handle fifo) {
  return IsOpen(fifo) ? InodeOf(handles_.at(fifo)).pipe.capacity() : MemPipe::kDefaultBytes;
}

Status MemKernel::Resize(Handle fifo, size_t bytes) {
  return RunOn(fifo, Call::kResize, false, [&](OpenHandle& handle) {
    const std::string doing = "resize " + handle.path;
    if (bytes > pipe_bytes_max) return Status::FromErrno(EPERM, doing);
    return InodeOf(handle).pipe.Resize(bytes) ? Status::Ok() : Status::FromErrno(EBUSY, doing);
  });
}

Status MemKernel::PollAdd(Handle fifo) {
  return RunOn(fifo, Call::kPollAdd, false, [](OpenHandle&) { return Status::Ok(); });
}

bool MemKernel::IsReady(Handle fifo) const {
  auto found = handles_.find(fifo);
  if (found == handles_.end() || faults_.is_dead()) return false;
  const Inode& inode = tree_.at(found->second.ino);
  bool is_hung_up = inode.writers == 0 && inode.writers_ever != found->second.writers_at_open;
  return inode.pipe.bytes() > 0 || is_hung_up;
}

MemKernel::Handle MemKernel::OpenWriter(const std::string& path) {
  MemTree::Place place = PlaceOf(path);
  CHECK_NE(place.ino, 0u);
  Inode& inode = tree_.at(place.ino);
  CHECK(inode.kind == Kind::kFifo);
  // As dockerd: open for both, so that a write never meets a pipe without a reader.
  ++inode.readers;
  ++inode.writers;
  ++inode.writers_ever;
  OpenHandle handle;
  handle.ino = place.ino;
  handle.path = path;
  handle.reads_pipe = true;
  handle.writes_pipe = true;
  return AddHandle(std::move(handle));
}

size_t MemKernel::WritePipe(Handle writer, std::string_view bytes) {
  return IsOpen(writer) ? InodeOf(handles_.at(writer)).pipe.Write(bytes) : 0;
}

MemTree::Place MemKernel::PlaceOf(const std::string& path) {
  MemTree::Place place;
  CHECK_EQ(tree_.Resolve(path, true, place), 0);
  return place;
}

Ino MemKernel::Make(const std::string& path, DirEntry::Kind kind) {
  MemTree::Place place = PlaceOf(path);
  if (place.ino == 0) place.ino = tree_.Create(place, kind, clock_.WallNow());
  CHECK(tree_.at(place.ino).kind == kind);
  return place.ino;
}

void MemKernel::Crash() {
  std::vector<Handle> ours;
  for (const auto& [id, handle] : handles_) {
    if (!handle.writes_pipe) ours.push_back(id);
  }
  faults_.Revive();
  for (Handle handle : ours) Close(handle);
}

void MemKernel::LosePower(Random& random) {
  handles_.clear();
  tree_.LosePower(random);
  faults_.Revive();
}

}  // namespace tailrace
