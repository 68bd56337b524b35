#include "tests/fakes/mem_tree.h"

#include <cerrno>
#include <deque>
#include <set>

#include "base/check.h"

namespace tailrace {

namespace {

constexpr int kLinksMax = 40;  // Linux's

// In front of what is there already.
void PushParts(const std::string& path, std::deque<std::string>& parts) {
  std::deque<std::string> own;
  for (size_t at = 0; at < path.size();) {
    size_t slash = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, slash - at);
    if (!part.empty() && part != ".") own.push_back(std::move(part));
    at = slash + 1;
  }
  parts.insert(parts.begin(), own.begin(), own.end());
}

}  // namespace

MemTree::MemTree() {
  inodes_[kRoot] = std::make_unique<Inode>();
  at(kRoot).kind = DirEntry::Kind::kDirectory;
  at(kRoot).parent = kRoot;
  at(kRoot).visible_links = at(kRoot).durable_links = 1;
}

int MemTree::Resolve(const std::string& path, bool follows_last_link, Place& place) {
  if (path.empty()) return ENOENT;
  std::deque<std::string> parts;
  PushParts(path, parts);
  place = {};
  Ino dir = kRoot;
  for (int links = 0; !parts.empty();) {
    std::string name = std::move(parts.front());
    parts.pop_front();
    if (at(dir).kind != DirEntry::Kind::kDirectory) return ENOTDIR;
    if (name == "..") {
      dir = at(dir).parent;
      place = {dir, "", dir};
      continue;
    }
    auto found = at(dir).entries.find(name);
    place = {dir, name, found == at(dir).entries.end() ? 0 : found->second};
    if (place.ino == 0) return parts.empty() ? 0 : ENOENT;
    if (at(place.ino).kind == DirEntry::Kind::kLink && (!parts.empty() || follows_last_link)) {
      if (++links > kLinksMax) return ELOOP;
      const std::string& target = at(place.ino).target;
      if (target.starts_with('/')) dir = kRoot;
      PushParts(target, parts);
      place = {dir, "", dir};
      continue;
    }
    dir = place.ino;
  }
  return 0;
}

Ino MemTree::Create(const Place& place, DirEntry::Kind kind, WallTime now) {
  CHECK_EQ(place.ino, 0u);
  Ino ino = ++last_ino_;
  inodes_[ino] = std::make_unique<Inode>();
  at(ino).kind = kind;
  at(ino).modified = now;
  at(ino).parent = place.dir;
  Make({.erased = {}, .set = Entry{place.dir, place.name}, .ino = ino});
  return ino;
}

void MemTree::Remove(const Place& place) {
  Make({.erased = Entry{place.dir, place.name}, .set = {}, .ino = place.ino});
  EraseIfUnreachable(place.ino);
}

void MemTree::Move(const Place& from, const Place& to) {
  if (from.ino == to.ino) return;
  at(from.ino).parent = to.dir;
  Make({.erased = Entry{from.dir, from.name}, .set = Entry{to.dir, to.name}, .ino = from.ino});
  if (to.ino != 0) EraseIfUnreachable(to.ino);
}

void MemTree::Make(Change change) {
  Apply(change, &Inode::entries, &Inode::visible_links);
  ++at(change.ino).pending;
  pending_.push_back(std::move(change));
}

void MemTree::Apply(const Change& change, Entries entries, Links links) {
  if (change.erased) {
    auto& names = at(change.erased->dir).*entries;
    auto found = names.find(change.erased->name);
    if (found != names.end() && found->second == change.ino) {
      names.erase(found);
      --(at(change.ino).*links);
    }
  }
  if (change.set) {
    Ino& ino = (at(change.set->dir).*entries)[change.set->name];
    if (ino != 0) --(at(ino).*links);
    ino = change.ino;
    ++(at(change.ino).*links);
  }
}

void MemTree::Commit(std::vector<bool> chosen) {
  std::set<Entry> names;
  for (size_t i = pending_.size(); i-- > 0;) {
    const Change& change = pending_[i];
    bool is_needed = (change.erased && names.contains(*change.erased)) || (change.set && names.contains(*change.set));
    if (!chosen[i] && !is_needed) continue;
    chosen[i] = true;
    if (change.erased) names.insert(*change.erased);
    if (change.set) names.insert(*change.set);
  }
  std::vector<Change> left;
  std::set<Ino> touched;
  for (size_t i = 0; i < pending_.size(); ++i) {
    if (!chosen[i]) {
      left.push_back(std::move(pending_[i]));
      continue;
    }
    const auto& set = pending_[i].set;
    if (set) touched.insert(at(set->dir).durable_entries[set->name]);  // What a rename replaces may go.
    Apply(pending_[i], &Inode::durable_entries, &Inode::durable_links);
    --at(pending_[i].ino).pending;
    touched.insert(pending_[i].ino);
  }
  pending_ = std::move(left);
  for (Ino ino : touched) EraseIfUnreachable(ino);
}

void MemTree::EraseIfUnreachable(Ino ino) {
  auto found = inodes_.find(ino);
  if (found == inodes_.end()) return;
  const Inode& inode = *found->second;
  if (inode.visible_links + inode.durable_links + inode.pending + inode.handles > 0) return;
  // A folder is only removed empty, but pending changes below it may still name it.
  if (inode.kind == DirEntry::Kind::kDirectory) return;
  inodes_.erase(found);
}

void MemTree::SyncDir(Ino dir) {
  std::vector<bool> chosen;
  for (const Change& change : pending_) {
    chosen.push_back((change.erased && change.erased->dir == dir) || (change.set && change.set->dir == dir));
  }
  Commit(std::move(chosen));
}

void MemTree::Release(Ino ino) {
  CHECK_GT(at(ino).handles, 0u);
  --at(ino).handles;
  EraseIfUnreachable(ino);
}

bool MemTree::IsDurable(const Place& place) const {
  const Inode& dir = at(place.dir);
  auto found = dir.durable_entries.find(place.name);
  if (place.ino == 0 || found == dir.durable_entries.end() || found->second != place.ino) return false;
  if (place.dir == kRoot) return true;
  for (const auto& [name, ino] : at(dir.parent).durable_entries) {
    if (ino == place.dir) return IsDurable({dir.parent, name, place.dir});
  }
  return false;
}

uint64_t MemTree::UsedBytes() const {
  uint64_t bytes = 0;
  for (const auto& [ino, inode] : inodes_) {
    if (inode->visible_links + inode->handles > 0) bytes += inode->file.disk_bytes();
  }
  return bytes;
}

void MemTree::Walk(const std::function<void(const std::string&, const Inode&)>& visit) const {
  std::deque<std::pair<std::string, Ino>> left{{"", kRoot}};
  while (!left.empty()) {
    auto [path, ino] = left.front();
    left.pop_front();
    for (const auto& [name, child] : inodes_.at(ino)->entries) {
      const Inode& inode = *inodes_.at(child);
      visit(path + "/" + name, inode);
      if (inode.kind == DirEntry::Kind::kDirectory) left.emplace_back(path + "/" + name, child);
    }
  }
}

void MemTree::Writeback(Random& random) {
  std::vector<bool> chosen;
  for (size_t i = 0; i < pending_.size(); ++i) chosen.push_back((random.Next64() & 1) != 0);
  Commit(std::move(chosen));
  for (auto& [ino, inode] : inodes_) inode->file.Writeback(random);
}

void MemTree::LosePower(Random& random) {
  // Everything, nothing and a mixture are equally likely, so that each is met often.
  uint64_t keep = random.Next64() % 3;
  std::vector<bool> chosen;
  for (size_t i = 0; i < pending_.size(); ++i) {
    chosen.push_back(keep == 2 ? (random.Next64() & 1) != 0 : keep == 1);
  }
  Commit(std::move(chosen));
  pending_.clear();
  for (auto& [ino, inode] : inodes_) {
    inode->file.LosePower(random);
    inode->entries = inode->durable_entries;
    inode->visible_links = inode->durable_links = inode->pending = inode->handles = 0;
    inode->readers = inode->writers = inode->writers_ever = inode->lock_handle = 0;
    inode->pipe = {};
  }
  at(kRoot).visible_links = at(kRoot).durable_links = 1;
  RemountAt(kRoot);
  std::erase_if(inodes_, [](const auto& entry) { return entry.second->visible_links == 0; });
}

// Counts the names again, from `dir` downwards.
void MemTree::RemountAt(Ino dir) {
  std::deque<Ino> left{dir};
  while (!left.empty()) {
    Ino folder = left.front();
    left.pop_front();
    for (const auto& [name, ino] : at(folder).entries) {
      at(ino).visible_links = ++at(ino).durable_links;
      CHECK_EQ(at(ino).visible_links, 1u);  // Each inode has one name: no call makes a second.
      if (at(ino).kind != DirEntry::Kind::kDirectory) continue;
      at(ino).parent = folder;
      left.push_back(ino);
    }
  }
}

}  // namespace tailrace
