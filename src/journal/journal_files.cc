// The part of Journal that writes: the root's own files, commits, removal.
#include "journal/journal.h"

#include <algorithm>

#include "journal/stream_loader.h"

namespace tailrace {

namespace {

constexpr std::string_view kVersionLine = "tailrace-journal ";
// The reserve is made only while so many times its size is free.
constexpr uint64_t kReserveRoomFactor = 8;
constexpr size_t kSmallFileBytesMax = 64 * 1024;
constexpr int kMakeFolderAttempts = 3;
constexpr const char* kBootIdPath = "/proc/sys/kernel/random/boot_id";

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Status MakeDirIfMissing(Disk& disk, const std::string& path) {
  Status status = disk.MakeDir(path);
  return status.code() == StatusCode::kExists ? Status::Ok() : status;
}

}  // namespace

Status Journal::Open() {
  RETURN_IF_ERROR(MakeDirIfMissing(parts_.disk, options_.root));
  ASSIGN_OR_RETURN(lock_, parts_.disk.Open(options_.root + "/lock", OpenMode::kCreate));
  Status status = lock_->Lock();
  if (!status.ok()) status = Status(StatusCode::kBusy, "lock " + options_.root + ": another process serves this root");
  // A newer format is left untouched: before anything else is made.
  if (status.ok()) status = CheckVersion();
  if (status.ok()) status = MakeFolders();
  if (!status.ok()) {
    lock_.reset();
    return status;
  }
  status = notes_.Open(options_.root + "/discards");
  if (status.code() == StatusCode::kNoSpace) {
    // Less than the reserve holds, and worth more: without notes a kill loses what was counted.
    (void)parts_.disk.Unlink(options_.root + "/reserve");
    status = notes_.Open(options_.root + "/discards");
  }
  if (!status.ok()) parts_.log.Write(LogLevel::kWarning, "discard-notes", {{"error", status.message()}});
  status = RestoreReserve();
  if (!status.ok()) parts_.log.Write(LogLevel::kWarning, "spool-reserve", {{"error", status.message()}});
  is_open_ = true;
  return Status::Ok();
}

Status Journal::MakeFolders() {
  for (const char* folder : {"/live", "/c"}) {
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
  is_first_since_boot_ = !text.ok() || *text != content;
  // In place, since the lock hangs on this very file; the version comes first and has one digit.
  const Status status = lock_->WriteAt(0, content);
  if (!status.ok()) parts_.log.Write(LogLevel::kWarning, "spool-lock", {{"error", status.message()}});
  return Status::Ok();
}

std::string Journal::LivePath(const std::string& fifo) const { return options_.root + "/live/" + BaseName(fifo); }

Result<StreamLease> Journal::Create(StreamFacts facts) {
  if (!is_open_) return Status(StatusCode::kIo, "create stream: the spool could not be opened");
  if (!IsFolderName(facts.container_id)) return Invalid("create stream: the container id is not a file name");
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
  StreamLease lease = Insert(*hold, std::move(stream));
  DiscardNote note;
  note.stream = lease->id();
  note.fifo = BaseName(lease->facts().fifo);
  // Where it cannot be noted, a restart does not read it, unless its folder is this process's own.
  if (note.fifo.size() <= DiscardNote::kFifoBytes) (void)notes_.Write(note);
  return lease;
}

Status Journal::Commit(Stream& stream) {
  if (!is_open_) return Status(StatusCode::kIo, "commit stream: the spool could not be opened");
  if (!IsFolderName(stream.facts().container_id)) return Invalid("commit stream: of no container");
  // A stream whose folder could not be read at the start may have lines in it: nothing is put beside them.
  const Result<std::vector<Segment>> segments = ListSegments(parts_.disk, stream.directory());
  if (!segments.ok() && segments.status().code() != StatusCode::kNotFound) return segments.status();
  if (segments.ok() && !segments->empty()) return Corrupt("commit stream: its folder has lines that were not attached");
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
  Status status;
  for (int attempt = 0; attempt < kMakeFolderAttempts; ++attempt) {
    RETURN_IF_ERROR(MakeDirIfMissing(parts_.disk, parent));
    status = MakeDirIfMissing(parts_.disk, stream.directory());
    if (status.code() != StatusCode::kNotFound) break;  // Else the container's last stream went at this very moment.
  }
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
  if (parts_.disk.ReadLink(path).value_or("") == target) return Status::Ok();
  RETURN_IF_ERROR(parts_.disk.Unlink(path));
  return parts_.disk.MakeLink(target, path);
}

Status Journal::RemoveLink(const Stream& stream) {
  // A folder without facts, left by a start that was killed: a link to it would have told the FIFO's name.
  if (stream.facts().fifo.empty()) return Status::Ok();
  const std::string path = LivePath(stream.facts().fifo);
  const Result<std::string> target = parts_.disk.ReadLink(path);
  if (!target.ok()) return target.status().code() == StatusCode::kNotFound ? Status::Ok() : target.status();
  if (!target->ends_with("/" + FormatStreamFolder({stream.facts().run, stream.id()}))) return Status::Ok();
  const Status status = parts_.disk.Unlink(path);
  return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
}

Status Journal::RemoveStream(Stream& stream) {
  CHECK(stream.ended());
  // First: a link without its folder would be attached again at every start.
  RETURN_IF_ERROR(RemoveLink(stream));
  Result<std::vector<DirEntry>> entries = NotFound("not on disk");
  // What lies in the folder of a stream that could not be attached is not known, and not ours to delete.
  if (stream.is_committed()) entries = parts_.disk.List(stream.directory());
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
  // What could not be made at the start comes first.
  if (is_open_) (void)notes_.Open(options_.root + "/discards");
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
