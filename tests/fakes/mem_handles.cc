#include "tests/fakes/mem_handles.h"

#include "base/check.h"

namespace tailrace {

namespace {

MemKernel::Handle HandleOf(Fifo& fifo) {
  auto* mem = dynamic_cast<MemFifo*>(&fifo);
  CHECK(mem != nullptr);
  return mem->handle();
}

}  // namespace

MemFile::~MemFile() {
  MutexLock lock(shared_.mu);
  shared_.kernel.Close(handle_);
}

Result<size_t> MemFile::ReadAt(uint64_t offset, std::span<char> out) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.ReadAt(handle_, offset, out);
}

Status MemFile::WriteAt(uint64_t offset, std::string_view bytes) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.WriteAt(handle_, offset, bytes);
}

Result<uint64_t> MemFile::Size() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Size(handle_);
}

Status MemFile::Reserve(uint64_t offset, uint64_t bytes) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Reserve(handle_, offset, bytes);
}

Status MemFile::Unreserve() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Unreserve(handle_);
}

Status MemFile::Sync() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Sync(handle_);
}

Result<MoveOutcome> MemFile::SpliceFrom(Fifo& fifo, uint64_t offset, size_t n) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Splice(HandleOf(fifo), handle_, offset, n);
}

Status MemFile::Lock() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Lock(handle_);
}

MemFifo::~MemFifo() {
  MutexLock lock(shared_.mu);
  shared_.kernel.Close(handle_);
}

Result<size_t> MemFifo::Available() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Available(handle_);
}

Result<MoveOutcome> MemFifo::Peek(std::span<char> out) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Peek(handle_, out);
}

Status MemFifo::Drop(size_t n) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Drop(handle_, n);
}

size_t MemFifo::Capacity() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Capacity(handle_);
}

Status MemFifo::Resize(size_t bytes) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Resize(handle_, bytes);
}

Status MemPoller::Add(Fifo& fifo, uint64_t token) {
  MutexLock lock(shared_.mu);
  RETURN_IF_ERROR(shared_.kernel.PollAdd(HandleOf(fifo)));
  registrations_[HandleOf(fifo)] = {token, false};
  return Status::Ok();
}

void MemPoller::Remove(Fifo& fifo) { CHECK_EQ(registrations_.erase(HandleOf(fifo)), 1u); }

void MemPoller::Arm(Fifo& fifo, uint64_t token) {
  auto found = registrations_.find(HandleOf(fifo));
  CHECK(found != registrations_.end());
  found->second = {token, true};
}

void MemPoller::Wait(MonoTime deadline, std::vector<uint64_t>& fired) {
  bool is_over = is_woken_.exchange(false);
  {
    MutexLock lock(shared_.mu);
    for (auto& [handle, registration] : registrations_) {
      if (!registration.is_armed || !shared_.kernel.IsReady(handle)) continue;
      registration.is_armed = false;
      fired.push_back(registration.token);
      is_over = true;
    }
  }
  if (!is_over && deadline != kNever) clock_.AdvanceTo(deadline);
}

}  // namespace tailrace
