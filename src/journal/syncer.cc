#include "journal/syncer.h"

#include <algorithm>
#include <set>

namespace tailrace {

void Syncer::SyncAll(const std::vector<StreamLease>& streams, IntakeControl* control, bool is_last) {
  if (!has_root_) SyncRoot();
  std::set<uint64_t> here;
  for (const StreamLease& stream : streams) {
    here.insert(stream->id().value);
    if (!stream->is_committed()) continue;
    SyncFolder(*stream, StateOf(*stream));
  }
  for (const StreamLease& stream : streams) {
    if (stream->is_committed()) SyncSegments(*stream, StateOf(*stream), control, is_last);
  }
  std::erase_if(states_, [&](const auto& item) { return !here.contains(item.first); });
}

Syncer::State& Syncer::StateOf(Stream& stream) {
  auto [found, is_new] = states_.try_emplace(stream.id().value);
  State& state = found->second;
  if (!is_new) return state;
  state.synced = stream.durable_at_load();
  return state;
}

// Without the root's own name, what is durable below it cannot be found. Each process does it once, since one that was
// killed after making the folders may have been the first.
void Syncer::SyncRoot() {
  has_root_ = true;
  const std::string& root = journal_.root();
  const size_t slash = root.rfind('/');
  const std::string parent = slash == root.npos ? "." : slash == 0 ? "/" : root.substr(0, slash);
  for (const std::string& folder : {root, parent}) {
    if (!journal_.disk().SyncDir(folder).ok()) ++errors_;
  }
}

void Syncer::SyncFolder(Stream& stream, State& state) {
  if (state.has_folder) return;
  state.has_folder = true;  // Not tried again: an error here is told, and the next sync of the disk repairs it.
  const std::string& directory = stream.directory();
  const std::string container = directory.substr(0, directory.rfind('/'));
  bool is_synced = SyncFile(directory + "/facts");
  for (const std::string& folder : {directory, container, journal_.root() + "/c", journal_.root() + "/live"}) {
    const Status status = journal_.disk().SyncDir(folder);
    if (!status.ok() && status.code() != StatusCode::kNotFound) is_synced = false;
  }
  if (!is_synced) ++errors_;
}

void Syncer::SyncSegments(Stream& stream, State& state, IntakeControl* control, bool is_last) {
  const std::vector<Segment> segments = stream.Segments();
  if (segments.empty() || segments.back().end <= state.synced) return;
  bool has_new_files = false;
  for (const Segment& segment : segments) {
    if (segment.end <= state.synced) continue;
    const bool is_newest = segment.start == segments.back().start;
    const uint64_t unsynced = segment.end - std::max(segment.start, state.synced);
    // Asked before and not sealed: nothing has come since, so it is quiet by now.
    const bool is_busy = unsynced >= kBusyBytes && state.roll_asked != segment.start;
    if (is_newest && is_busy && control != nullptr && !is_last && !stream.ended()) {
      control->RequestRoll(stream.id());
      state.roll_asked = segment.start;
      break;  // Sealed by the next time.
    }
    has_new_files |= segment.start >= state.synced;
    if (!SyncFile(stream.SegmentPath(segment.start)) && is_newest && control != nullptr) {
      control->RequestRoll(stream.id());  // What a failed sync left behind is unknown: go on in a new file.
    }
    // The index of the stream's first segment may not be there yet; others hold counts that cannot be made anew.
    (void)SyncFile(stream.IndexPath(segment.start));
    state.synced = segment.end;
  }
  if (has_new_files && !journal_.disk().SyncDir(stream.directory()).ok()) ++errors_;
}

// False only for an error of the sync itself; a file that has been dropped meanwhile needs none.
bool Syncer::SyncFile(const std::string& path) {
  Result<std::unique_ptr<File>> file = journal_.disk().Open(path, OpenMode::kRead);
  if (!file.ok()) return file.status().code() == StatusCode::kNotFound;
  const Status status = (*file)->Sync();
  if (status.ok()) return true;
  ++errors_;
  log_.Write(LogLevel::kError, "spool-sync", {{"error", status.message()}});
  return false;
}

}  // namespace tailrace
