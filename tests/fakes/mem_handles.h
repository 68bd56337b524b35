// MemFile, MemFifo, MemPoller: what a MemDisk opens. Owned by whoever opened them; they must be gone before the disk.
#pragma once

#include <atomic>
#include <map>

#include "base/disk.h"
#include "tests/fakes/mem_kernel.h"

namespace tailrace {

class MemFile final : public File {
 public:
  MemFile(MemShared& shared, MemKernel::Handle handle) : shared_(shared), handle_(handle) {}
  ~MemFile() override;

  Result<size_t> ReadAt(uint64_t offset, std::span<char> out) override;
  Status WriteAt(uint64_t offset, std::string_view bytes) override;
  Result<uint64_t> Size() override;
  Status Reserve(uint64_t offset, uint64_t bytes) override;
  Status Unreserve() override;
  Status Sync() override;
  Result<MoveOutcome> SpliceFrom(Fifo& fifo, uint64_t offset, size_t n) override;
  Status Lock() override;

 private:
  MemShared& shared_;
  const MemKernel::Handle handle_;
};

class MemFifo final : public Fifo {
 public:
  MemFifo(MemShared& shared, MemKernel::Handle handle) : shared_(shared), handle_(handle) {}
  ~MemFifo() override;

  Result<size_t> Available() override;
  Result<MoveOutcome> Peek(std::span<char> out) override;
  Status Drop(size_t n) override;
  size_t Capacity() override;
  Status Resize(size_t bytes) override;

  MemKernel::Handle handle() const { return handle_; }

 private:
  MemShared& shared_;
  const MemKernel::Handle handle_;
};

// As epoll: a FIFO fires that has bytes, or whose writers have gone since it was opened; one that nobody has held since
// never does. Wait does not sleep: when nothing is ready and nobody has called Wake, it moves the fake clock to the
// deadline (kNever: not at all) and returns.
class MemPoller final : public Poller {
 public:
  MemPoller(MemShared& shared, FakeClock& clock) : shared_(shared), clock_(clock) {}

  Status Add(Fifo& fifo, uint64_t token) override;
  void Remove(Fifo& fifo) override;
  void Arm(Fifo& fifo, uint64_t token) override;
  void Wait(MonoTime deadline, std::vector<uint64_t>& fired) override;
  void Wake() override { is_woken_ = true; }

 private:
  struct Registration {
    uint64_t token = 0;
    bool is_armed = false;
  };

  MemShared& shared_;
  FakeClock& clock_;
  std::map<MemKernel::Handle, Registration> registrations_;
  std::atomic<bool> is_woken_ = false;
};

}  // namespace tailrace
