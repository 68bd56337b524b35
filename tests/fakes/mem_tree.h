// MemTree: the folders, files, links and pipes of a MemDisk, as seen now and as a power loss would leave them. Each change
// of a name is pending until its folder is synced; a power loss keeps or loses every pending change on its own, except
// that a change is never kept without the earlier ones of the same name. Owned by MemKernel; one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/random.h"
#include "tests/fakes/mem_file_data.h"
#include "tests/fakes/mem_pipe.h"

namespace tailrace {

using Ino = uint64_t;  // 0 is none

struct Inode {
  DirEntry::Kind kind = DirEntry::Kind::kOther;
  WallTime modified;

  MemFileData file;
  uint64_t lock_handle = 0;  // the open file that has locked it

  std::string target;  // of a link

  std::map<std::string, Ino> entries;  // of a folder
  std::map<std::string, Ino> durable_entries;
  Ino parent = 0;

  MemPipe pipe;
  size_t readers = 0;
  size_t writers = 0;
  uint64_t writers_ever = 0;  // since the pipe came to be, which it does with its first holder

  // What keeps the inode: names, names after a power loss, pending changes, open handles.
  size_t visible_links = 0;
  size_t durable_links = 0;
  size_t pending = 0;
  size_t handles = 0;
};

class MemTree {
 public:
  static constexpr Ino kRoot = 1;

  // Where a path leads: the entry `name` of the folder `dir`, which has the inode `ino` or does not exist (0).
  struct Place {
    Ino dir = kRoot;
    std::string name;
    Ino ino = kRoot;
  };

  MemTree();

  // 0, or the errno with which the kernel would refuse.
  int Resolve(const std::string& path, bool follows_last_link, Place& place);
  Inode& at(Ino ino) { return *inodes_.at(ino); }
  const Inode& at(Ino ino) const { return *inodes_.at(ino); }

  Ino Create(const Place& place, DirEntry::Kind kind, WallTime now);
  void Remove(const Place& place);
  void Move(const Place& from, const Place& to);
  void SyncDir(Ino dir);

  void Hold(Ino ino) { ++at(ino).handles; }
  void Release(Ino ino);

  // A power loss cannot take the entry away, nor any folder that leads to it.
  bool IsDurable(const Place& place) const;
  // What the visible and the open files occupy.
  uint64_t UsedBytes() const;
  // Calls `visit` with the path and inode of everything visible, parents first.
  void Walk(const std::function<void(const std::string&, const Inode&)>& visit) const;

  // The kernel writes some of what is pending on its own.
  void Writeback(Random& random);
  // Everything open is gone, pipes are empty, and the rest is as a disk may be after a power loss.
  void LosePower(Random& random);

 private:
  struct Entry {
    Ino dir = 0;
    std::string name;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  // One atomic change: the entry `erased` goes if it still is `ino`; the entry `set` becomes `ino`.
  struct Change {
    std::optional<Entry> erased;
    std::optional<Entry> set;
    Ino ino = 0;
  };
  using Entries = std::map<std::string, Ino> Inode::*;
  using Links = size_t Inode::*;

  void Make(Change change);
  void Apply(const Change& change, Entries entries, Links links);
  // Adds to the chosen changes the earlier ones that they build upon, and makes them durable.
  void Commit(std::vector<bool> chosen);
  void EraseIfUnreachable(Ino ino);
  void RemountAt(Ino dir);

  std::map<Ino, std::unique_ptr<Inode>> inodes_;
  std::vector<Change> pending_;
  Ino last_ino_ = kRoot;
};

}  // namespace tailrace
