// MemDisk: a Disk in memory that answers as Linux does, and loses power, runs full, refuses calls and dies at the k-th on
// demand. Owned by the test; any thread. Files, pipes and pollers opened through it must be gone before it.
// Paths begin at the root, with or without a slash; the root exists and is empty at first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_faults.h"
#include "tests/fakes/mem_kernel.h"

namespace tailrace {

// What dockerd holds of a FIFO: open for reading and writing, so it outlives a crash of the process under test, though not
// a power loss. Closes at the end.
class MemWriter {
 public:
  MemWriter(MemShared& shared, MemKernel::Handle handle) : shared_(shared), handle_(handle) {}
  ~MemWriter() { Close(); }
  MemWriter(const MemWriter&) = delete;
  MemWriter& operator=(const MemWriter&) = delete;

  // How many of the bytes the pipe took; 0: it would block. Up to 4096 bytes go whole or not at all.
  size_t Write(std::string_view bytes);
  void Close();
  bool is_open();  // false after Close and after a power loss

 private:
  MemShared& shared_;
  const MemKernel::Handle handle_;
};

class MemDisk final : public Disk {
 public:
  explicit MemDisk(FakeClock& clock) : clock_(clock), shared_(clock) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<Fifo>> OpenFifo(const std::string& path) override;
  Result<std::unique_ptr<Poller>> NewPoller() override;
  Status MakeDir(const std::string& path) override;
  Status RemoveDir(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Unlink(const std::string& path) override;
  Status MakeLink(const std::string& target, const std::string& path) override;
  Result<std::string> ReadLink(const std::string& path) override;
  Result<std::vector<DirEntry>> List(const std::string& path) override;
  Result<FileInfo> Stat(const std::string& path) override;
  Result<SpaceInfo> Space(const std::string& path) override;
  Status SyncDir(const std::string& path) override;

  // Other processes: dockerd makes the FIFO and holds it.
  void MakeFifo(const std::string& path);
  std::unique_ptr<MemWriter> OpenWriter(const std::string& path);
  size_t HoldCount(const std::string& path);  // writers
  size_t PipeBytes(const std::string& path);  // in the pipe now

  // What stays of a kill: everything but what was open. The writers' ends stay open. Ends a simulated death.
  void Crash();
  // What stays of a power loss: what was synced, and a random legal part of the rest. All pipes and writers are gone.
  void PowerLoss(Random& random);
  // The kernel makes a random part of what is pending durable, as it does every few seconds.
  void Writeback(Random& random);

  // So many bytes of the file stay as they are, and under this name, whatever a power loss does.
  uint64_t DurableBytes(const std::string& path);

  // The file system has so many bytes (blocks of 4 KiB; names occupy nothing, but need a free block). Default 1 TiB.
  void SetCapacity(uint64_t bytes);
  uint64_t UsedBytes();
  // A splice moves at most so many bytes.
  void SetSpliceBytesMax(size_t bytes);
  // Fifo::Resize beyond it is kDenied. Default 1 MiB.
  void SetPipeBytesMax(size_t bytes);

  // Faults; see mem_faults.h. A refused WriteAt has written its first half; after a refused Sync a later one does not
  // make the same sectors durable.
  void FailCall(uint64_t k, StatusCode code, CallFilter filter = {});
  void FailFrom(uint64_t k, StatusCode code, CallFilter filter = {});
  void ClearFailures();
  void DieAtCall(uint64_t k, DeathMode mode);
  bool is_dead();
  uint64_t calls();
  uint64_t mutations();
  uint64_t refused();  // by FailCall and FailFrom

  // The test's own hands: durable at once, neither counted nor refused. Parents must exist, but for MakeDirs.
  void MakeDirs(const std::string& path);
  void SetContents(const std::string& path, std::string bytes);
  std::string Contents(const std::string& path);
  void FlipBits(const std::string& path, uint64_t offset, char mask);
  void Remove(const std::string& path);  // a file, link or FIFO; nothing when there is none
  bool Exists(const std::string& path);  // links are not followed
  std::vector<std::string> AllPaths();   // of everything there is, sorted

 private:
  FakeClock& clock_;
  MemShared shared_;
};

}  // namespace tailrace
