// MemKernel: the calls of a MemDisk on its MemTree: errors as Linux gives them, a limit on what is occupied, open handles,
// faults. Shared by the disk and everything opened through it, always under MemShared::mu. Open files and pipes are
// numbers here; one that a crash has closed is kGone.
#pragma once

#include <map>
#include <string>

#include "base/disk.h"
#include "base/mutex.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_faults.h"
#include "tests/fakes/mem_tree.h"

namespace tailrace {

class MemKernel {
 public:
  using Handle = uint64_t;

  explicit MemKernel(FakeClock& clock) : clock_(clock) {}

  // Disk; as its contract says.
  Result<Handle> Open(const std::string& path, OpenMode mode);
  Result<Handle> OpenFifo(const std::string& path);
  Status NewPoller();
  Status MakeDir(const std::string& path);
  Status RemoveDir(const std::string& path);
  Status Rename(const std::string& from, const std::string& to);
  Status Unlink(const std::string& path);
  Status MakeLink(const std::string& target, const std::string& path);
  Result<std::string> ReadLink(const std::string& path);
  Result<std::vector<DirEntry>> List(const std::string& path);
  Result<FileInfo> Stat(const std::string& path);
  Result<SpaceInfo> Space(const std::string& path);
  Status SyncDir(const std::string& path);

  // File.
  Result<size_t> ReadAt(Handle file, uint64_t offset, std::span<char> out);
  Status WriteAt(Handle file, uint64_t offset, std::string_view bytes);
  Result<uint64_t> Size(Handle file);
  Status Reserve(Handle file, uint64_t offset, uint64_t bytes);
  Status Unreserve(Handle file);
  Status Sync(Handle file);
  Result<MoveOutcome> Splice(Handle fifo, Handle file, uint64_t offset, size_t n);
  Status Lock(Handle file);

  // Fifo and Poller.
  Result<size_t> Available(Handle fifo);
  Result<MoveOutcome> Peek(Handle fifo, std::span<char> out);
  Status Drop(Handle fifo, size_t n);
  size_t Capacity(Handle fifo);
  Status Resize(Handle fifo, size_t bytes);
  Status PollAdd(Handle fifo);
  // What makes epoll report it: bytes, or that a writer was there since it was opened and none is now.
  bool IsReady(Handle fifo) const;

  void Close(Handle handle);  // of any kind; nothing when a crash was faster

  // The other processes' side: neither counted nor refused.
  Handle OpenWriter(const std::string& path);
  size_t WritePipe(Handle writer, std::string_view bytes);
  bool IsOpen(Handle handle) const { return handles_.contains(handle); }

  // The test's side, likewise.
  MemTree::Place PlaceOf(const std::string& path);  // CHECKs that the folder exists; follows links
  Ino Make(const std::string& path, DirEntry::Kind kind);
  void Crash();
  void LosePower(Random& random);

  MemTree& tree() { return tree_; }
  MemFaults& faults() { return faults_; }
  uint64_t used_bytes() const { return tree_.UsedBytes(); }
  uint64_t capacity = uint64_t{1} << 40;
  size_t splice_bytes_max = SIZE_MAX;
  size_t pipe_bytes_max = size_t{1} << 20;

 private:
  struct OpenHandle {
    Ino ino = 0;
    std::string path;
    bool reads_pipe = false;
    bool writes_pipe = false;
    bool is_writable = true;        // a file's
    uint64_t writers_at_open = 0;  // a pipe's writers_ever when it was opened without one, else 0
  };

  // Runs one call between the faults' two ends.
  template <typename Body>
  auto Run(Call call, const std::string& path, bool is_mutation, Body body) -> decltype(body());
  // The same for a call on a handle; the body is given the handle.
  template <typename Body>
  auto RunOn(Handle handle, Call call, bool is_mutation, Body body);

  int OpenAt(const std::string& path, OpenMode mode, MemTree::Place& place);
  Handle AddHandle(OpenHandle handle);
  void ReleasePipe(Inode& inode, const OpenHandle& handle);
  // Where `path` leads if that is there and a folder or not, as wanted.
  int ResolveExisting(const std::string& path, bool follows, MemTree::Place& place);
  int ResolveFree(const std::string& path, MemTree::Place& place);
  int CheckRename(const MemTree::Place& from, const MemTree::Place& to);
  bool HasRoomForName() const { return used_bytes() + MemFileData::kBlockBytes <= capacity; }
  uint64_t BlocksFree() const;
  Status WriteSome(const OpenHandle& file, uint64_t offset, std::string_view bytes);
  Inode& InodeOf(const OpenHandle& handle) { return tree_.at(handle.ino); }

  FakeClock& clock_;
  MemTree tree_;
  MemFaults faults_;
  std::map<Handle, OpenHandle> handles_;
  Handle last_handle_ = 0;
};

struct MemShared {
  explicit MemShared(FakeClock& clock) : kernel(clock) {}
  Mutex mu;
  MemKernel kernel GUARDED_BY(mu);
};

template <typename Body>
auto MemKernel::Run(Call call, const std::string& path, bool is_mutation, Body body) -> decltype(body()) {
  Status refused = faults_.Begin(call, path, is_mutation);
  if (!refused.ok()) return refused;
  auto answer = body();
  faults_.End();
  return answer;
}

template <typename Body>
auto MemKernel::RunOn(Handle handle, Call call, bool is_mutation, Body body) {
  using Answer = decltype(body(std::declval<OpenHandle&>()));
  auto found = handles_.find(handle);
  if (found == handles_.end()) {
    return Answer(Status(StatusCode::kGone, "use a file or pipe that was open before a crash"));
  }
  return Run(call, found->second.path, is_mutation, [&]() -> Answer { return body(found->second); });
}

}  // namespace tailrace
