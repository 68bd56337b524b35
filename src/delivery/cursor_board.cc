#include "delivery/cursor_board.h"

#include <algorithm>

#include "delivery/stream_slot.h"

namespace tailrace {

void CursorBoard::NoteWritten(const Key& key, uint64_t frontier, const std::string& path) {
  MutexLock lock(mu_);
  ++version_;
  frontiers_[key] = frontier;
  unsynced_[key] = path;
}

std::vector<CursorBoard::Key> CursorBoard::TakeSynced() {
  MutexLock lock(mu_);
  return std::exchange(synced_, {});
}

uint64_t CursorBoard::Version() {
  MutexLock lock(mu_);
  return version_;
}

void CursorBoard::KeepOnly(const std::set<StreamId>& streams) {
  MutexLock lock(mu_);
  ++version_;
  std::erase_if(frontiers_, [&](const auto& entry) { return !streams.contains(entry.first.stream); });
  std::erase_if(unsynced_, [&](const auto& entry) { return !streams.contains(entry.first.stream); });
}

uint64_t CursorBoard::FrontierOf(const Stream& stream, const std::string& slot) {
  const Key key{stream.id(), slot};
  {
    MutexLock lock(mu_);
    const auto found = frontiers_.find(key);
    if (found != frontiers_.end()) return found->second;
  }
  uint64_t frontier = 0;
  const Result<CursorFile> file = CursorFile::Peek(disk_, StreamSlot::CursorPath(stream, slot));
  if (file.ok()) frontier = file->cursor().frontier();
  MutexLock lock(mu_);
  return frontiers_.emplace(key, frontier).first->second;
}

uint64_t CursorBoard::SettledOf(const Stream& stream) {
  uint64_t settled = UINT64_MAX;
  for (const std::string& slot : stream.facts().slots) settled = std::min(settled, FrontierOf(stream, slot));
  const Stream::State state = stream.Snapshot();
  // Behind the last whole frame of an ended stream lies at most the useless half of one.
  return state.ended && settled >= state.progress.whole_end ? UINT64_MAX : settled;
}

void CursorBoard::SyncCursors() {
  std::map<Key, std::string> paths;
  {
    MutexLock lock(mu_);
    paths.swap(unsynced_);
  }
  for (const auto& [key, path] : paths) {
    const Result<std::unique_ptr<File>> file = disk_.Open(path, OpenMode::kReadWrite);
    const Status status = file.ok() ? (*file)->Sync() : file.status();
    MutexLock lock(mu_);
    if (status.ok()) {
      synced_.push_back(key);
    } else if (status.code() != StatusCode::kNotFound) {
      ++sync_errors_;
    }
  }
}

uint64_t CursorBoard::sync_errors() {
  MutexLock lock(mu_);
  return sync_errors_;
}

}  // namespace tailrace
