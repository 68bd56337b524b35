#include "tests/fakes/mem_kernel.h"

namespace tailrace {

namespace {

using Kind = DirEntry::Kind;

Status Answer(int error, const char* doing, const std::string& path) {
  return error == 0 ? Status::Ok() : Status::FromErrno(error, std::string(doing) + " " + path);
}

Status NotA(const char* what, const std::string& path) { return Invalid("open " + path + ": not " + what); }

bool IsCreating(OpenMode mode) { return mode == OpenMode::kCreate || mode == OpenMode::kCreateNew; }

}  // namespace

int MemKernel::ResolveExisting(const std::string& path, bool follows, MemTree::Place& place) {
  int error = tree_.Resolve(path, follows, place);
  return error == 0 && place.ino == 0 ? ENOENT : error;
}

int MemKernel::ResolveFree(const std::string& path, MemTree::Place& place) {
  int error = tree_.Resolve(path, false, place);
  if (error != 0) return error;
  if (place.ino != 0) return EEXIST;
  return HasRoomForName() ? 0 : ENOSPC;
}

int MemKernel::OpenAt(const std::string& path, OpenMode mode, MemTree::Place& place) {
  if (!IsCreating(mode)) return ResolveExisting(path, true, place);
  if (mode == OpenMode::kCreateNew) {
    int error = ResolveFree(path, place);
    if (error != 0) return error;
  } else {
    int error = tree_.Resolve(path, true, place);
    if (error != 0 || place.ino != 0) return error;
    if (!HasRoomForName()) return ENOSPC;
  }
  place.ino = tree_.Create(place, Kind::kFile, clock_.WallNow());
  return 0;
}

Result<MemKernel::Handle> MemKernel::Open(const std::string& path, OpenMode mode) {
  MemTree::Place place;
  bool is_mutation = IsCreating(mode) && tree_.Resolve(path, true, place) == 0 && place.ino == 0;
  return Run(Call::kOpen, path, is_mutation, [&]() -> Result<Handle> {
    int error = OpenAt(path, mode, place);
    if (error != 0) return Status::FromErrno(error, "open " + path);
    if (tree_.at(place.ino).kind != Kind::kFile) return NotA("a regular file", path);
    OpenHandle handle;
    handle.ino = place.ino;
    handle.path = path;
    handle.is_writable = mode != OpenMode::kRead;
    return AddHandle(std::move(handle));
  });
}

Result<MemKernel::Handle> MemKernel::OpenFifo(const std::string& path) {
  return Run(Call::kOpenFifo, path, false, [&]() -> Result<Handle> {
    MemTree::Place place;
    int error = ResolveExisting(path, true, place);
    if (error != 0) return Status::FromErrno(error, "open " + path);
    Inode& inode = tree_.at(place.ino);
    if (inode.kind != Kind::kFifo) return NotA("a FIFO", path);
    ++inode.readers;
    OpenHandle handle;
    handle.ino = place.ino;
    handle.path = path;
    handle.reads_pipe = true;
    handle.writers_at_open = inode.writers > 0 ? 0 : inode.writers_ever;
    return AddHandle(std::move(handle));
  });
}

Status MemKernel::NewPoller() {
  return Run(Call::kNewPoller, "poller", false, [] { return Status::Ok(); });
}

Status MemKernel::MakeDir(const std::string& path) {
  return Run(Call::kMakeDir, path, true, [&] {
    MemTree::Place place;
    int error = ResolveFree(path, place);
    if (error == 0) tree_.Create(place, Kind::kDirectory, clock_.WallNow());
    return Answer(error, "make folder", path);
  });
}

Status MemKernel::RemoveDir(const std::string& path) {
  return Run(Call::kRemoveDir, path, true, [&] {
    MemTree::Place place;
    int error = ResolveExisting(path, false, place);
    if (error == 0 && tree_.at(place.ino).kind != Kind::kDirectory) error = ENOTDIR;
    if (error == 0 && place.name.empty()) error = EBUSY;
    if (error == 0 && !tree_.at(place.ino).entries.empty()) error = ENOTEMPTY;
    if (error == 0) tree_.Remove(place);
    return Answer(error, "remove folder", path);
  });
}

int MemKernel::CheckRename(const MemTree::Place& from, const MemTree::Place& to) {
  if (from.name.empty() || to.name.empty()) return EBUSY;
  bool moves_folder = tree_.at(from.ino).kind == Kind::kDirectory;
  for (Ino dir = to.dir; moves_folder && dir != MemTree::kRoot; dir = tree_.at(dir).parent) {
    if (dir == from.ino) return EINVAL;
  }
  if (to.ino == 0 || to.ino == from.ino) return 0;
  const Inode& replaced = tree_.at(to.ino);
  bool replaces_folder = replaced.kind == Kind::kDirectory;
  if (moves_folder && !replaces_folder) return ENOTDIR;
  if (!moves_folder && replaces_folder) return EISDIR;
  return replaced.entries.empty() ? 0 : ENOTEMPTY;
}

Status MemKernel::Rename(const std::string& from, const std::string& to) {
  return Run(Call::kRename, to, true, [&] {
    MemTree::Place source;
    MemTree::Place target;
    int error = tree_.Resolve(from, false, source);
    if (error == 0) error = tree_.Resolve(to, false, target);
    if (error == 0 && source.ino == 0) error = ENOENT;
    if (error == 0) error = CheckRename(source, target);
    if (error == 0 && !HasRoomForName()) error = ENOSPC;
    if (error == 0) tree_.Move(source, target);
    return Answer(error, "rename", from + " to " + to);
  });
}

Status MemKernel::Unlink(const std::string& path) {
  return Run(Call::kUnlink, path, true, [&] {
    MemTree::Place place;
    int error = ResolveExisting(path, false, place);
    if (error == 0 && tree_.at(place.ino).kind == Kind::kDirectory) error = EISDIR;
    if (error == 0) tree_.Remove(place);
    return Answer(error, "remove", path);
  });
}

Status MemKernel::MakeLink(const std::string& target, const std::string& path) {
  return Run(Call::kMakeLink, path, true, [&] {
    MemTree::Place place;
    int error = target.empty() ? ENOENT : ResolveFree(path, place);
    if (error == 0) tree_.at(tree_.Create(place, Kind::kLink, clock_.WallNow())).target = target;
    return Answer(error, "make link", path);
  });
}

Result<std::string> MemKernel::ReadLink(const std::string& path) {
  return Run(Call::kReadLink, path, false, [&]() -> Result<std::string> {
    MemTree::Place place;
    int error = ResolveExisting(path, false, place);
    if (error == 0 && tree_.at(place.ino).kind != Kind::kLink) error = EINVAL;
    if (error != 0) return Status::FromErrno(error, "read link " + path);
    return tree_.at(place.ino).target;
  });
}

Result<std::vector<DirEntry>> MemKernel::List(const std::string& path) {
  return Run(Call::kList, path, false, [&]() -> Result<std::vector<DirEntry>> {
    MemTree::Place place;
    int error = ResolveExisting(path, true, place);
    if (error == 0 && tree_.at(place.ino).kind != Kind::kDirectory) error = ENOTDIR;
    if (error != 0) return Status::FromErrno(error, "list " + path);
    std::vector<DirEntry> entries;
    // Backwards, so that nobody gets used to an order.
    const auto& names = tree_.at(place.ino).entries;
    for (auto entry = names.rbegin(); entry != names.rend(); ++entry) {
      entries.push_back({entry->first, tree_.at(entry->second).kind});
    }
    return entries;
  });
}

Result<FileInfo> MemKernel::Stat(const std::string& path) {
  return Run(Call::kStat, path, false, [&]() -> Result<FileInfo> {
    MemTree::Place place;
    int error = ResolveExisting(path, false, place);
    if (error != 0) return Status::FromErrno(error, "stat " + path);
    const Inode& inode = tree_.at(place.ino);
    uint64_t bytes = inode.kind == Kind::kLink ? inode.target.size() : inode.file.bytes().size();
    return FileInfo{
        .kind = inode.kind, .bytes = bytes, .modified = inode.modified, .disk_bytes = inode.file.disk_bytes()};
  });
}

Result<SpaceInfo> MemKernel::Space(const std::string& path) {
  return Run(Call::kSpace, path, false, [&]() -> Result<SpaceInfo> {
    MemTree::Place place;
    int error = ResolveExisting(path, true, place);
    if (error != 0) return Status::FromErrno(error, "measure the file system of " + path);
    uint64_t used = used_bytes();
    return SpaceInfo{.total_bytes = capacity, .free_bytes = capacity - std::min(capacity, used)};
  });
}

Status MemKernel::SyncDir(const std::string& path) {
  return Run(Call::kSyncDir, path, true, [&] {
    MemTree::Place place;
    int error = ResolveExisting(path, true, place);
    if (error == 0 && tree_.at(place.ino).kind != Kind::kDirectory) error = ENOTDIR;
    if (error == 0) tree_.SyncDir(place.ino);
    return Answer(error, "open folder", path);
  });
}

}  // namespace tailrace
