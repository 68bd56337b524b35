// CursorBoard: what other threads may know of cursors, and the hand-over of their syncing: the delivery thread writes
// cursor files and says so here; the housekeeper asks how far streams are delivered, and syncs. Owned by Delivery. Any
// thread.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/mutex.h"
#include "journal/settled_source.h"

namespace tailrace {

class CursorBoard final : public SettledSource {
 public:
  explicit CursorBoard(Disk& disk) : disk_(disk) {}

  struct Key {
    StreamId stream;
    std::string slot;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // Delivery thread: the file of that slot was written, and everything before `frontier` is settled.
  void NoteWritten(const Key& key, uint64_t frontier, const std::string& path);
  // Delivery thread: files that have been synced since the last call.
  std::vector<Key> TakeSynced();
  // Delivery thread: all other streams are gone.
  void KeepOnly(const std::set<StreamId>& streams);

  // SettledSource.
  uint64_t SettledOf(const Stream& stream) override;
  void SyncCursors() override;
  uint64_t Version() override;

  uint64_t sync_errors();

 private:
  uint64_t FrontierOf(const Stream& stream, const std::string& slot);

  Disk& disk_;
  Mutex mu_;
  uint64_t version_ GUARDED_BY(mu_) = 0;
  std::map<Key, uint64_t> frontiers_ GUARDED_BY(mu_);
  std::map<Key, std::string> unsynced_ GUARDED_BY(mu_);  // paths
  std::vector<Key> synced_ GUARDED_BY(mu_);
  uint64_t sync_errors_ GUARDED_BY(mu_) = 0;
};

}  // namespace tailrace
