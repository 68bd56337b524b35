// The part of Journal that touches the disk: the root's own files, commits, loading.
#include "journal/journal.h"

#include <algorithm>

#include "journal/stream_loader.h"

namespace tailrace {

namespace {

constexpr std::string_view kVersionLine = "tailrace-journal ";
// The reserve is made only while so many times its size is free.
constexpr uint64_t kReserveRoomFactor = 8;
constexpr size_t kSmallFileBytesMax = 64 * 1024;
constexpr const char* kBootIdPath = "/proc/sys/kernel/random/boot_id";

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Status MakeDirIfMissing(Disk& disk, const std::string& path) {
  Status status = disk.MakeDir(path);
  return status.code() == StatusCode::kExists ? Status::Ok() : status;
}

// What a stream's folder says by itself.
StreamFacts ReducedFacts(const StreamFolderName& name, const std::string& container_id) {
  StreamFacts facts;
  facts.id = name.id;
  facts.run = name.run;
  facts.container_id = container_id;
  return facts;
}

// Container ids become folder names.
bool IsFileName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 && name.find('/') == name.npos &&
         name.find('\0') == name.npos;
}

}  // namespace

Status Journal::Open() {
  RETURN_IF_ERROR(MakeFolders());
  ASSIGN_OR_RETURN(lock_, parts_.disk.Open(options_.root + "/lock", OpenMode::kCreate));
  if (const Status status = lock_->Lock(); !status.ok()) {
    lock_.reset();
    return Status(StatusCode::kBusy, "lock " + options_.root + ": another process serves this root");
  }
  RETURN_IF_ERROR(CheckVersion());
  Status status = notes_.Open(options_.root + "/discards");
  if (!status.ok()) {
    parts_.log.Write(LogLevel::kWarning, "discard-notes", {{"error", status.message()}});
  }
  status = RestoreReserve();
  if (!status.ok()) parts_.log.Write(LogLevel::kWarning, "spool-reserve", {{"error", status.message()}});
  is_open_ = true;
  return Status::Ok();
}

Status Journal::MakeFolders() {
  for (const char* folder : {"", "/live", "/c"}) {
    RETURN_IF_ERROR(MakeDirIfMissing(parts_.disk, options_.root + folder));
  }
  return Status::Ok();
}

// The lock file says which format the root has and in which boot it was last served.
Status Journal::CheckVersion() {
  const Result<std::string> text = ReadWholeFile(parts_.disk, options_.root + "/lock", kSmallFileBytesMax);
  if (text.ok() && text->starts_with(kVersionLine)) {
    const std::string_view rest = std::string_view(*text).substr(kVersionLine.size());
    const std::optional<uint64_t> version = ParseDecimal(rest.substr(0, rest.find('\n')));
    if (version && *version > static_cast<uint64_t>(kFormatVersion)) {
      return Status(StatusCode::kUnsupported, "open " + options_.root + ": format version " +
                                                  std::to_string(*version) + " is of a newer tailrace");
    }
  }
  const std::string boot = ReadWholeFile(parts_.disk, kBootIdPath, kSmallFileBytesMax).value_or("\n");
  std::string content(kVersionLine);
  content += std::to_string(kFormatVersion) + "\nboot " + boot;
  // In place, since the lock hangs on this very file; the version comes first and has one digit.
  const Status status = lock_->WriteAt(0, content);
  if (!status.ok()) parts_.log.Write(LogLevel::kWarning, "spool-lock", {{"error", status.message()}});
  return Status::Ok();
}

std::string Journal::LivePath(const std::string& fifo) const { return options_.root + "/live/" + BaseName(fifo); }

std::vector<StreamLease> Journal::AttachLive() {
  std::vector<StreamLease> leases;
  if (!is_open_) return leases;
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(options_.root + "/live");
  if (!entries.ok()) {
    parts_.log.Write(LogLevel::kError, "attach", {{"error", entries.status().message()}});
    return leases;
  }
  for (const DirEntry& entry : *entries) {
    const Result<std::string> target = parts_.disk.ReadLink(options_.root + "/live/" + entry.name);
    Result<StreamLease> lease = target.ok() ? AttachOne(entry.name, *target) : Result<StreamLease>(target.status());
    if (lease.ok()) {
      leases.push_back(std::move(*lease));
    } else {
      parts_.log.Write(LogLevel::kError, "attach", {{"fifo", entry.name}, {"error", lease.status().message()}});
    }
  }
  return leases;
}

// `target` is "../c/<container>/<run>-<id>".
Result<StreamLease> Journal::AttachOne(const std::string& fifo_name, const std::string& target) {
  constexpr std::string_view kPrefix = "../c/";
  const size_t slash = target.rfind('/');
  if (!target.starts_with(kPrefix) || slash <= kPrefix.size()) return Corrupt("attach: the link leads elsewhere");
  const std::string container_id = target.substr(kPrefix.size(), slash - kPrefix.size());
  const std::optional<StreamFolderName> name = ParseStreamFolder(std::string_view(target).substr(slash + 1));
  if (!name || !IsFileName(container_id)) return Corrupt("attach: the link leads elsewhere");
  const std::string directory = options_.root + "/c/" + container_id + "/" + target.substr(slash + 1);
  Result<StreamFacts> facts = LoadFacts(parts_.disk, directory, *name);
  if (!facts.ok()) {
    parts_.log.Write(LogLevel::kError, "facts-damaged", {{"stream", name->id.ToString()}, {"error", facts.status().message()}});
    facts = ReducedFacts(*name, container_id);
    facts->fifo = options_.fifo_directory + "/" + fifo_name;
  }
  ContainerHold hold(*this, container_id);
  auto stream = std::make_unique<Stream>(std::move(*facts), directory, (*hold).signal);
  RETURN_IF_ERROR(LoadLive(parts_.disk, *stream, notes_.Find(name->id)));
  return Insert(*hold, std::move(stream));
}

// Loads what is on disk and not in memory; streams made meanwhile are in memory already. What cannot be read is told
// and left alone.
void Journal::LoadContainer(const std::string& container_id, Container& container) {
  if (!is_open_ || !IsFileName(container_id)) return;
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
    facts = ReducedFacts(*name, BaseName(directory.substr(0, directory.rfind('/'))));
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

Result<StreamLease> Journal::Create(StreamFacts facts) {
  if (!is_open_) return Status(StatusCode::kIo, "create stream: the spool could not be opened");
  if (!IsFileName(facts.container_id)) return Invalid("create stream: the container id is not a file name");
  ContainerHold hold(*this, facts.container_id);
  LoadContainer(facts.container_id, *hold);
  // In memory first: whoever lists the folder while it is being made must not load it as an ended stream.
  StreamLease stream = Insert(*hold, NewStream(std::move(facts), *hold));
  Status status = WriteStreamFolder(*stream);
  if (status.code() == StatusCode::kNoSpace) {
    GiveUpReserve();
    status = WriteStreamFolder(*stream);
  }
  if (status.ok()) return stream;
  stream->End();
  MarkRemoved(*stream);
  return status;
}

StreamLease Journal::CreateUncommitted(StreamFacts facts) {
  ContainerHold hold(*this, facts.container_id);
  LoadContainer(facts.container_id, *hold);
  std::unique_ptr<Stream> stream = NewStream(std::move(facts), *hold);
  stream->SetCommitted(false);
  return Insert(*hold, std::move(stream));
}

Status Journal::Commit(Stream& stream) {
  if (!is_open_) return Status(StatusCode::kIo, "commit stream: the spool could not be opened");
  if (!IsFileName(stream.facts().container_id)) return Invalid("commit stream: of no container");
  RETURN_IF_ERROR(WriteStreamFolder(stream));
  stream.SetCommitted(true);
  return Status::Ok();
}

std::unique_ptr<Stream> Journal::NewStream(StreamFacts facts, Container& container) {
  facts.id.value = parts_.random.Next64();
  facts.started = parts_.clock.WallNow();
  {
    MutexLock lock(mu_);
    facts.run = container.next_run++;
  }
  const std::string directory =
      options_.root + "/c/" + facts.container_id + "/" + FormatStreamFolder({facts.run, facts.id});
  return std::make_unique<Stream>(std::move(facts), directory, container.signal);
}

// The live link is the commit: before it, a restart sees a folder without lines, which the housekeeper takes away.
Status Journal::WriteStreamFolder(const Stream& stream) {
  const StreamFacts& facts = stream.facts();
  const std::string parent = options_.root + "/c/" + facts.container_id;
  const std::string folder = FormatStreamFolder({facts.run, facts.id});
  RETURN_IF_ERROR(MakeDirIfMissing(parts_.disk, parent));
  Status status = MakeDirIfMissing(parts_.disk, stream.directory());
  if (status.ok()) status = WriteWholeFile(parts_.disk, stream.directory() + "/facts", EncodeFacts(facts), false);
  if (status.ok()) status = MakeLiveLink("../c/" + facts.container_id + "/" + folder, LivePath(facts.fifo));
  if (!status.ok()) {
    (void)parts_.disk.Unlink(stream.directory() + "/facts");
    (void)parts_.disk.Unlink(stream.directory() + "/facts.tmp");
    (void)parts_.disk.RemoveDir(stream.directory());
    (void)parts_.disk.RemoveDir(parent);
  }
  return status;
}

// dockerd never uses a FIFO's name twice; a link that is there is left over from a stream that has ended.
Status Journal::MakeLiveLink(const std::string& target, const std::string& path) {
  Status status = parts_.disk.MakeLink(target, path);
  if (status.code() != StatusCode::kExists) return status;
  RETURN_IF_ERROR(parts_.disk.Unlink(path));
  return parts_.disk.MakeLink(target, path);
}

Status Journal::RemoveLink(const Stream& stream) {
  const std::string path = LivePath(stream.facts().fifo);
  const Result<std::string> target = parts_.disk.ReadLink(path);
  if (!target.ok()) return target.status().code() == StatusCode::kNotFound ? Status::Ok() : target.status();
  if (!target->ends_with("/" + FormatStreamFolder({stream.facts().run, stream.id()}))) return Status::Ok();
  const Status status = parts_.disk.Unlink(path);
  return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
}

Status Journal::RemoveStream(Stream& stream) {
  CHECK(stream.ended());
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(stream.directory());
  if (entries.ok()) {
    for (const DirEntry& entry : *entries) RETURN_IF_ERROR(parts_.disk.Unlink(stream.directory() + "/" + entry.name));
    RETURN_IF_ERROR(parts_.disk.RemoveDir(stream.directory()));
    // Fails while the container has other streams, as it should.
    (void)parts_.disk.RemoveDir(options_.root + "/c/" + stream.facts().container_id);
  } else if (entries.status().code() != StatusCode::kNotFound) {
    return entries.status();
  }
  notes_.Clear(stream.id());
  MarkRemoved(stream);
  return Status::Ok();
}

void Journal::GiveUpReserve() {
  if (is_open_) (void)parts_.disk.Unlink(options_.root + "/reserve");
}

Status Journal::RestoreReserve() {
  const std::string path = options_.root + "/reserve";
  const Result<FileInfo> info = parts_.disk.Stat(path);
  if (info.ok() && info->bytes >= kReserveBytes) return Status::Ok();
  ASSIGN_OR_RETURN(const SpaceInfo space, parts_.disk.Space(options_.root));
  if (space.free_bytes < kReserveRoomFactor * kReserveBytes) return Status::Ok();  // Later.
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, parts_.disk.Open(path, OpenMode::kCreate));
  const Status status = file->WriteAt(0, std::string(kReserveBytes, '\1'));
  if (!status.ok()) (void)parts_.disk.Unlink(path);
  return status;
}

}  // namespace tailrace
