#include "tests/fakes/mem_disk.h"

#include <algorithm>

#include "base/check.h"
#include "tests/fakes/mem_handles.h"

namespace tailrace {

size_t MemWriter::Write(std::string_view bytes) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.WritePipe(handle_, bytes);
}

void MemWriter::Close() {
  MutexLock lock(shared_.mu);
  shared_.kernel.Close(handle_);
}

bool MemWriter::is_open() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.IsOpen(handle_);
}

Result<std::unique_ptr<File>> MemDisk::Open(const std::string& path, OpenMode mode) {
  MutexLock lock(shared_.mu);
  ASSIGN_OR_RETURN(auto handle, shared_.kernel.Open(path, mode));
  return std::unique_ptr<File>(std::make_unique<MemFile>(shared_, handle));
}

Result<std::unique_ptr<Fifo>> MemDisk::OpenFifo(const std::string& path) {
  MutexLock lock(shared_.mu);
  ASSIGN_OR_RETURN(auto handle, shared_.kernel.OpenFifo(path));
  return std::unique_ptr<Fifo>(std::make_unique<MemFifo>(shared_, handle));
}

Result<std::unique_ptr<Poller>> MemDisk::NewPoller() {
  MutexLock lock(shared_.mu);
  RETURN_IF_ERROR(shared_.kernel.NewPoller());
  return std::unique_ptr<Poller>(std::make_unique<MemPoller>(shared_, clock_));
}

Status MemDisk::MakeDir(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.MakeDir(path);
}

Status MemDisk::RemoveDir(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.RemoveDir(path);
}

Status MemDisk::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Rename(from, to);
}

Status MemDisk::Unlink(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Unlink(path);
}

Status MemDisk::MakeLink(const std::string& target, const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.MakeLink(target, path);
}

Result<std::string> MemDisk::ReadLink(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.ReadLink(path);
}

Result<std::vector<DirEntry>> MemDisk::List(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.List(path);
}

Result<FileInfo> MemDisk::Stat(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Stat(path);
}

Result<SpaceInfo> MemDisk::Space(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.Space(path);
}

Status MemDisk::SyncDir(const std::string& path) {
  MutexLock lock(shared_.mu);
  return shared_.kernel.SyncDir(path);
}

void MemDisk::MakeFifo(const std::string& path) {
  MutexLock lock(shared_.mu);
  shared_.kernel.Make(path, DirEntry::Kind::kFifo);
}

std::unique_ptr<MemWriter> MemDisk::OpenWriter(const std::string& path) {
  MutexLock lock(shared_.mu);
  return std::make_unique<MemWriter>(shared_, shared_.kernel.OpenWriter(path));
}

size_t MemDisk::HoldCount(const std::string& path) {
  MutexLock lock(shared_.mu);
  Ino ino = shared_.kernel.PlaceOf(path).ino;
  return ino == 0 ? 0 : shared_.kernel.tree().at(ino).writers;
}

size_t MemDisk::PipeBytes(const std::string& path) {
  MutexLock lock(shared_.mu);
  Ino ino = shared_.kernel.PlaceOf(path).ino;
  return ino == 0 ? 0 : shared_.kernel.tree().at(ino).pipe.bytes();
}

void MemDisk::Crash() {
  MutexLock lock(shared_.mu);
  shared_.kernel.Crash();
}

void MemDisk::PowerLoss(Random& random) {
  MutexLock lock(shared_.mu);
  shared_.kernel.LosePower(random);
}

void MemDisk::Writeback(Random& random) {
  MutexLock lock(shared_.mu);
  shared_.kernel.tree().Writeback(random);
}

uint64_t MemDisk::DurableBytes(const std::string& path) {
  MutexLock lock(shared_.mu);
  MemTree::Place place;
  if (shared_.kernel.tree().Resolve(path, false, place) != 0 || place.ino == 0) return 0;
  if (!shared_.kernel.tree().IsDurable(place)) return 0;
  return shared_.kernel.tree().at(place.ino).file.DurableBytes();
}

void MemDisk::SetCapacity(uint64_t bytes) {
  MutexLock lock(shared_.mu);
  shared_.kernel.capacity = bytes;
}

uint64_t MemDisk::UsedBytes() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.used_bytes();
}

void MemDisk::SetSpliceBytesMax(size_t bytes) {
  CHECK_GT(bytes, 0u);
  MutexLock lock(shared_.mu);
  shared_.kernel.splice_bytes_max = bytes;
}

void MemDisk::SetPipeBytesMax(size_t bytes) {
  MutexLock lock(shared_.mu);
  shared_.kernel.pipe_bytes_max = bytes;
}

void MemDisk::FailCall(uint64_t k, StatusCode code, CallFilter filter) {
  MutexLock lock(shared_.mu);
  shared_.kernel.faults().FailCall(k, code, std::move(filter));
}

void MemDisk::FailFrom(uint64_t k, StatusCode code, CallFilter filter) {
  MutexLock lock(shared_.mu);
  shared_.kernel.faults().FailFrom(k, code, std::move(filter));
}

void MemDisk::ClearFailures() {
  MutexLock lock(shared_.mu);
  shared_.kernel.faults().ClearFailures();
}

void MemDisk::DieAtCall(uint64_t k, DeathMode mode) {
  MutexLock lock(shared_.mu);
  shared_.kernel.faults().DieAtCall(k, mode);
}

bool MemDisk::is_dead() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.faults().is_dead();
}

uint64_t MemDisk::calls() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.faults().calls();
}

uint64_t MemDisk::refused() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.faults().refused();
}

uint64_t MemDisk::mutations() {
  MutexLock lock(shared_.mu);
  return shared_.kernel.faults().mutations();
}

void MemDisk::MakeDirs(const std::string& path) {
  MutexLock lock(shared_.mu);
  for (size_t slash = path.find('/', 1); ; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    shared_.kernel.Make(part, DirEntry::Kind::kDirectory);
    shared_.kernel.tree().SyncDir(shared_.kernel.PlaceOf(part).dir);
    if (slash == std::string::npos) return;
  }
}

void MemDisk::SetContents(const std::string& path, std::string bytes) {
  MutexLock lock(shared_.mu);
  Ino ino = shared_.kernel.Make(path, DirEntry::Kind::kFile);
  shared_.kernel.tree().at(ino).file.Replace(std::move(bytes));
  shared_.kernel.tree().SyncDir(shared_.kernel.PlaceOf(path).dir);
}

std::string MemDisk::Contents(const std::string& path) {
  MutexLock lock(shared_.mu);
  Ino ino = shared_.kernel.PlaceOf(path).ino;
  CHECK_NE(ino, 0u);
  return shared_.kernel.tree().at(ino).file.bytes();
}

void MemDisk::FlipBits(const std::string& path, uint64_t offset, char mask) {
  std::string bytes = Contents(path);
  CHECK_LT(offset, bytes.size());
  bytes[offset] = static_cast<char>(bytes[offset] ^ mask);
  SetContents(path, std::move(bytes));
}

void MemDisk::Remove(const std::string& path) {
  MutexLock lock(shared_.mu);
  MemTree::Place place;
  if (shared_.kernel.tree().Resolve(path, false, place) != 0 || place.ino == 0) return;
  CHECK(shared_.kernel.tree().at(place.ino).kind != DirEntry::Kind::kDirectory);
  shared_.kernel.tree().Remove(place);
  shared_.kernel.tree().SyncDir(place.dir);
}

bool MemDisk::Exists(const std::string& path) {
  MutexLock lock(shared_.mu);
  MemTree::Place place;
  return shared_.kernel.tree().Resolve(path, false, place) == 0 && place.ino != 0;
}

std::vector<std::string> MemDisk::AllPaths() {
  std::vector<std::string> paths;
  MutexLock lock(shared_.mu);
  shared_.kernel.tree().Walk([&](const std::string& path, const Inode&) { paths.push_back(path); });
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace tailrace
