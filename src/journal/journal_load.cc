// The part of Journal that reads: streams found in `live/` and in the containers' folders.
#include <algorithm>
#include <set>

#include "journal/journal.h"
#include "journal/stream_loader.h"

namespace tailrace {

namespace {

// What a stream's folder says by itself.
StreamFacts ReducedFacts(const StreamFolderName& name, const std::string& container_id) {
  StreamFacts facts;
  facts.id = name.id;
  facts.run = name.run;
  facts.container_id = container_id;
  return facts;
}

}  // namespace

std::vector<StreamLease> Journal::AttachLive() {
  std::vector<StreamLease> leases;
  std::set<uint64_t> attached;
  if (!is_open_) return leases;
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(options_.root + "/live");
  if (!entries.ok()) {
    parts_.log.Write(LogLevel::kError, "attach", {{"error", entries.status().message()}});
    return leases;
  }
  for (const DirEntry& entry : *entries) {
    const Result<std::string> target = parts_.disk.ReadLink(options_.root + "/live/" + entry.name);
    Result<StreamLease> lease = target.ok() ? AttachOne(entry.name, *target) : Result<StreamLease>(target.status());
    if (lease.ok() && !attached.insert((*lease)->id().value).second) {
      lease = Corrupt("attach: another link names the same stream");
    }
    if (lease.ok()) {
      leases.push_back(std::move(*lease));
    } else {
      parts_.log.Write(LogLevel::kError, "attach", {{"fifo", entry.name}, {"error", lease.status().message()}});
    }
  }
  for (const DiscardNote& note : notes_.WithFifo()) {
    const bool is_there = parts_.disk.Stat(options_.fifo_directory + "/" + note.fifo).ok();
    if (is_there && !attached.contains(note.stream.value)) leases.push_back(AttachRefused(note));
  }
  return leases;
}

// Whose lines they are is not known any more; they are read away and counted, or the container would hang.
StreamLease Journal::AttachRefused(const DiscardNote& note) {
  StreamFacts facts = ReducedFacts({.run = 0, .id = note.stream}, "");
  facts.fifo = options_.fifo_directory + "/" + note.fifo;
  parts_.log.Write(LogLevel::kError, "attach",
                   {{"fifo", note.fifo}, {"error", "the disk refused its stream at its start; its lines are not kept"}});
  ContainerHold hold(*this, facts.container_id);
  auto stream = std::make_unique<Stream>(std::move(facts), options_.root + "/c/none", (*hold).signal);
  stream->SetCommitted(false);
  return Insert(*hold, std::move(stream));
}

// `target` is "../c/<container>/<run>-<id>".
Result<StreamLease> Journal::AttachOne(const std::string& fifo_name, const std::string& target) {
  constexpr std::string_view kPrefix = "../c/";
  const size_t slash = target.rfind('/');
  if (!target.starts_with(kPrefix) || slash <= kPrefix.size()) return Corrupt("attach: the link leads elsewhere");
  const std::string container_id = target.substr(kPrefix.size(), slash - kPrefix.size());
  const std::optional<StreamFolderName> name = ParseStreamFolder(std::string_view(target).substr(slash + 1));
  if (!name || !IsFolderName(container_id)) return Corrupt("attach: the link leads elsewhere");
  const std::string directory = options_.root + "/c/" + container_id + "/" + target.substr(slash + 1);
  Result<StreamFacts> facts = LoadFacts(parts_.disk, directory, *name);
  if (!facts.ok()) {
    parts_.log.Write(LogLevel::kError, "facts-damaged", {{"stream", name->id.ToString()}, {"error", facts.status().message()}});
    facts = ReducedFacts(*name, container_id);
    facts->fifo = options_.fifo_directory + "/" + fifo_name;
  }
  ContainerHold hold(*this, container_id);
  auto stream = std::make_unique<Stream>(std::move(*facts), directory, (*hold).signal);
  const Status status = LoadLive(parts_.disk, *stream, notes_.Find(name->id));
  if (!status.ok()) {
    // Its FIFO must be read all the same, or the container hangs: as if the disk had refused the stream at its start.
    parts_.log.Write(LogLevel::kError, "folder-damaged", {{"stream", name->id.ToString()}, {"error", status.message()}});
    stream->SetCommitted(false);
  }
  return Insert(*hold, std::move(stream));
}

// Loads what is on disk and not in memory; streams made meanwhile are in memory already. What cannot be read is told
// and left alone.
void Journal::LoadContainer(const std::string& container_id, Container& container) {
  if (!is_open_ || !IsFolderName(container_id)) return;
  {
    MutexLock lock(mu_);
    if (container.is_loaded) return;
  }
  const std::string parent = options_.root + "/c/" + container_id;
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(parent);
  const StatusCode code = entries.status().code();
  if (!entries.ok() && code != StatusCode::kNotFound) {
    parts_.log.Write(LogLevel::kError, "load", {{"container", container_id}, {"error", entries.status().message()}});
    return;
  }
  if (entries.ok()) {
    for (const DirEntry& entry : *entries) LoadStream(parent + "/" + entry.name, entry.name, container);
  }
  MutexLock lock(mu_);
  container.is_loaded = true;
}

void Journal::LoadStream(const std::string& directory, const std::string& folder, Container& container) {
  const std::optional<StreamFolderName> name = ParseStreamFolder(folder);
  if (!name) return;
  {
    MutexLock lock(mu_);
    container.next_run = std::max(container.next_run, name->run + 1);
    for (const auto& entry : container.entries) {
      if (entry->stream->id() == name->id) return;
    }
  }
  Result<StreamFacts> facts = LoadFacts(parts_.disk, directory, *name);
  if (!facts.ok()) {
    // Its lines can be read all the same: `docker logs` needs none of the facts.
    parts_.log.Write(LogLevel::kError, "facts-damaged",
                     {{"stream", name->id.ToString()}, {"error", facts.status().message()}});
    const std::string parent = directory.substr(0, directory.rfind('/'));
    facts = ReducedFacts(*name, parent.substr(parent.rfind('/') + 1));
  }
  auto stream = std::make_unique<Stream>(std::move(*facts), directory, container.signal);
  const Status status = LoadEnded(parts_.disk, *stream, notes_.Find(name->id));
  if (!status.ok()) {
    parts_.log.Write(LogLevel::kError, "load", {{"stream", name->id.ToString()}, {"error", status.message()}});
    return;
  }
  (void)Insert(container, std::move(stream));
}

std::vector<std::string> Journal::ContainersOnDisk() {
  std::vector<std::string> containers;
  if (!is_open_) return containers;
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(options_.root + "/c");
  if (!entries.ok()) return containers;
  for (const DirEntry& entry : *entries) {
    if (entry.kind == DirEntry::Kind::kDirectory) containers.push_back(entry.name);
  }
  return containers;
}

}  // namespace tailrace
