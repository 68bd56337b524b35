// Disk, File, Fifo, Poller: the seam to the kernel's files and pipes. Production: posix_disk.h; tests: MemDisk, which
// loses power, runs full and dies at the k-th call. Called per block or per request, never per line.
// Unless said otherwise a call may come from any thread; one File, Fifo or Poller belongs to one thread at a time.
// Three words: *visible* (other calls see it), *atomic* (all or nothing after a kill), *durable* (after a power loss).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace tailrace {

class Fifo;

// What one non-blocking move out of a FIFO found.
struct MoveOutcome {
  enum class Kind {
    kMoved,  // `bytes` > 0 were moved
    kEmpty,  // nothing there now, but somebody holds the writing end
    kEnded,  // nothing there and nobody holds the writing end: the stream is over
  };
  Kind kind = Kind::kEmpty;
  size_t bytes = 0;
};

// An open regular file. Closed by the destructor; errors of close are ignored (nothing is promised by it).
class File {
 public:
  virtual ~File() = default;
  // Reads at most out.size() bytes; fewer only at the end of the file (0 at or beyond it).
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<char> out) = 0;
  // Writes all of `bytes`, in place or growing the file; on an error a part may be there. Visible, not durable.
  virtual Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
  virtual Result<uint64_t> Size() = 0;
  // Takes disk room for `bytes` (> 0) at `offset`, beyond the end, without changing the size: appending there is cheaper
  // then. kUnsupported where it is not. After an error nothing is reserved.
  virtual Status Reserve(uint64_t offset, uint64_t bytes) = 0;
  // Gives back what lies beyond the end, whoever reserved it. The size stays; nobody may be appending meanwhile.
  virtual Status Unreserve() = 0;
  // Makes contents and size durable (fdatasync). After a failure the state of unsynced bytes is unknown: never retry.
  virtual Status Sync() = 0;
  // Moves at most `n` (> 0) bytes from the FIFO to `offset`, without a state in which bytes are in neither
  // (splice(2)). kNoSpace: nothing was moved. May move fewer than n, and cut frames anywhere.
  virtual Result<MoveOutcome> SpliceFrom(Fifo& fifo, uint64_t offset, size_t n) = 0;
  // flock, exclusive, not waiting: kBusy when another open file holds it. Released when this File goes.
  virtual Status Lock() = 0;
};

// The reading end of a named pipe.
class Fifo {
 public:
  virtual ~Fifo() = default;
  // Bytes in the pipe now (FIONREAD).
  virtual Result<size_t> Available() = 0;
  // Copies up to out.size() bytes from the head without consuming them (tee into a private pipe, read there).
  virtual Result<MoveOutcome> Peek(std::span<char> out) = 0;
  // Consumes exactly `n` bytes from the head by one read; the caller has peeked them. All or nothing under SIGKILL.
  virtual Status Drop(size_t n) = 0;
  virtual size_t Capacity() = 0;
  // F_SETPIPE_SZ. kDenied is normal (the user's budget of pipe pages).
  virtual Status Resize(size_t bytes) = 0;
};

// Waits for FIFOs and for Wake(). Armed FIFOs fire once (EPOLLONESHOT) and are then disarmed.
class Poller {
 public:
  virtual ~Poller() = default;
  // Adds a FIFO, disarmed. The Fifo outlives its registration. `token` comes back from Wait.
  virtual Status Add(Fifo& fifo, uint64_t token) = 0;
  virtual void Remove(Fifo& fifo) = 0;
  virtual void Arm(Fifo& fifo, uint64_t token) = 0;
  // Waits until an armed FIFO has bytes or has ended, Wake() was called, or `deadline` has come (kNever: no limit).
  // Appends tokens of FIFOs that fired (now disarmed). Microsecond resolution.
  virtual void Wait(MonoTime deadline, std::vector<uint64_t>& fired) = 0;
  // Makes the present or the next Wait return. Any thread.
  virtual void Wake() = 0;
};

enum class OpenMode {
  kRead,       // must exist
  kReadWrite,  // must exist
  kCreate,     // read-write, made (0600) if missing, kept if there
  kCreateNew,  // read-write, kExists if there
};

struct SpaceInfo {
  uint64_t total_bytes = 0;
  uint64_t free_bytes = 0;  // what we, as root, may still use
};

struct DirEntry {
  std::string name;
  enum class Kind { kFile, kDirectory, kLink, kFifo, kOther } kind = Kind::kOther;
};

struct FileInfo {
  DirEntry::Kind kind = DirEntry::Kind::kOther;
  uint64_t bytes = 0;
  WallTime modified;
  uint64_t disk_bytes = 0;  // what it really occupies (sparse files: less than `bytes`)
};

// Paths are absolute or relative to the process; the journal always passes paths below its root.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  // O_RDONLY|O_NONBLOCK|O_CLOEXEC, and fstat says FIFO (else kInvalid). Never blocks, whoever holds it or not.
  virtual Result<std::unique_ptr<Fifo>> OpenFifo(const std::string& path) = 0;
  virtual Result<std::unique_ptr<Poller>> NewPoller() = 0;

  virtual Status MakeDir(const std::string& path) = 0;     // 0700; kExists if there
  virtual Status RemoveDir(const std::string& path) = 0;   // must be empty
  virtual Status Rename(const std::string& from, const std::string& to) = 0;  // atomic; replaces `to`
  virtual Status Unlink(const std::string& path) = 0;
  virtual Status MakeLink(const std::string& target, const std::string& path) = 0;  // symbolic; atomic; kExists if there
  virtual Result<std::string> ReadLink(const std::string& path) = 0;
  virtual Result<std::vector<DirEntry>> List(const std::string& path) = 0;  // without . and ..; any order
  virtual Result<FileInfo> Stat(const std::string& path) = 0;               // does not follow links
  virtual Result<SpaceInfo> Space(const std::string& path) = 0;
  // Makes creations, renames and removals in the folder durable (fsync of the directory).
  virtual Status SyncDir(const std::string& path) = 0;
};

// Reads a whole file of at most `bytes_max` bytes (kCorrupt if larger).
Result<std::string> ReadWholeFile(Disk& disk, const std::string& path, size_t bytes_max);
// Replaces `path` by way of `path`.tmp and rename: atomic; durable only if `durable`.
Status WriteWholeFile(Disk& disk, const std::string& path, std::string_view bytes, bool durable);

}  // namespace tailrace
