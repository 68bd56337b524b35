#include "driver/driver.h"

#include <utility>

#include "driver/start_check.h"

namespace tailrace {

namespace {

constexpr size_t kShortIdChars = 12;
// A Start takes milliseconds; one that waits for another longer than this gives up.
constexpr Nanos kTurnMax = std::chrono::seconds(5);

std::string ShortId(const std::string& container_id) { return container_id.substr(0, kShortIdChars); }

SpoolFull ToSpoolFull(WhenFull when_full) {
  switch (when_full) {
    case WhenFull::kDropOldest: return SpoolFull::kDropOldest;
    case WhenFull::kDropNewest: return SpoolFull::kDropNewest;
    case WhenFull::kBlock: return SpoolFull::kBlock;
  }
  return SpoolFull::kDropOldest;
}

SpoolSettings ToSpoolSettings(const ContainerOptions& options) {
  SpoolSettings settings;
  settings.max_size_bytes = options.max_size_bytes;
  settings.max_file = options.max_file;
  settings.backlog_bytes = options.spool_backlog_bytes;
  settings.spool_full = ToSpoolFull(options.spool_full);
  settings.block_max = options.spool_block_max;
  return settings;
}

TagFields TagFieldsOf(const ContainerInfo& info, const std::string& host_name) {
  TagFields fields;
  fields.container_id = info.id;
  fields.container_name = info.name;
  fields.image_id = info.image_id;
  fields.image_name = info.image_name;
  fields.command = info.entrypoint;
  for (const std::string& argument : info.args) fields.command += " " + argument;
  fields.created = info.created;
  fields.host_name = host_name;
  fields.daemon_name = info.daemon_name;
  fields.labels = &info.labels;
  return fields;
}

}  // namespace

class Driver::Turn {
 public:
  Turn(Driver& driver, const std::string& file) : driver_(driver), file_(file) {
    MonoTime deadline = driver_.parts_.clock.Now() + kTurnMax;
    MutexLock lock(driver_.mu_);
    while (driver_.starting_.contains(file_)) {
      Nanos left = deadline - driver_.parts_.clock.Now();
      if (left <= Nanos(0)) return;
      driver_.turn_over_.WaitFor(driver_.mu_, left);
    }
    driver_.starting_.insert(file_);
    is_ours_ = true;
  }
  ~Turn() {
    if (!is_ours_) return;
    MutexLock lock(driver_.mu_);
    driver_.starting_.erase(file_);
    driver_.turn_over_.NotifyAll();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool is_ours() const { return is_ours_; }

 private:
  Driver& driver_;
  const std::string& file_;
  bool is_ours_ = false;
};

Driver::Driver(const Parts& parts) : parts_(parts) {}

void Driver::Reattach() {
  for (StreamLease& stream : parts_.journal.AttachLive()) {
    Deliver(*stream);
    TakeUp(std::move(stream));
  }
  if (!parts_.own_fifo_directory.empty()) AttachUnknown();
}

void Driver::TakeUp(StreamLease stream) {
  Result<std::unique_ptr<Fifo>> fifo = parts_.disk.OpenFifo(stream->facts().fifo);
  const bool is_gone =
      !fifo.ok() && (fifo.status().code() == StatusCode::kNotFound || fifo.status().code() == StatusCode::kInvalid);
  if (fifo.ok() || is_gone) {
    parts_.intake.Register(std::move(stream), fifo.ok() ? std::move(*fifo) : nullptr);
    return;
  }
  parts_.log.Write(LogLevel::kError, "reattach-failed",
                   {{"container", ShortId(stream->facts().container_id)}, {"why", fifo.status().message()}});
  MutexLock lock(mu_);
  unread_.push_back(std::move(stream));
}

void Driver::TakeUpUnread() {
  std::vector<StreamLease> unread;
  {
    MutexLock lock(mu_);
    unread.swap(unread_);
  }
  for (StreamLease& stream : unread) TakeUp(std::move(stream));
}

void Driver::AttachUnknown() {
  Result<std::vector<DirEntry>> entries = parts_.disk.List(parts_.own_fifo_directory);
  if (!entries.ok()) return;
  for (const DirEntry& entry : *entries) {
    std::string path = parts_.own_fifo_directory + "/" + entry.name;
    if (entry.kind != DirEntry::Kind::kFifo || parts_.journal.FindFifo(path)) continue;
    Result<std::unique_ptr<Fifo>> fifo = parts_.disk.OpenFifo(path);
    if (!fifo.ok()) continue;
    char byte = 0;
    Result<MoveOutcome> peek = (*fifo)->Peek({&byte, 1});
    if (!peek.ok() || peek->kind == MoveOutcome::Kind::kEnded) continue;  // The housekeeper removes it.
    StreamFacts facts;
    facts.fifo = path;
    facts.started = parts_.clock.WallNow();
    parts_.log.Write(LogLevel::kError, "unknown-fifo",
                     {{"fifo", entry.name}, {"why", "the spool does not say whose it is; its lines are not kept"}});
    parts_.intake.Register(parts_.journal.CreateUncommitted(std::move(facts)), std::move(*fifo));
  }
}

Status Driver::Start(const StartRequest& request) {
  RETURN_IF_ERROR(CheckStartRequest(request));
  TakeUpUnread();
  Turn turn(*this, request.file);
  if (!turn.is_ours()) return {StatusCode::kBusy, "another StartLogging for the same FIFO is not finished; try again"};
  StreamLease known = parts_.journal.FindFifo(request.file);
  if (!known) return StartNew(request);
  if (!known->facts().container_id.empty()) return CheckKnown(request, *known);
  // dockerd had made the FIFO, and waited for us to accept, when we looked through the folder.
  parts_.intake.Abandon(known->id());
  return StartNew(request);
}

Status Driver::CheckKnown(const StartRequest& request, const Stream& stream) {
  if (stream.facts().container_id != request.info.id) {
    return Invalid("request: File is in use by container " + ShortId(stream.facts().container_id));
  }
  MutexLock lock(mu_);
  if (repeated_.size() >= kRepeatedMax) repeated_.erase(repeated_.begin());
  repeated_.insert(request.file);
  return Status::Ok();
}

Status Driver::StartNew(const StartRequest& request) {
  ASSIGN_OR_RETURN(ContainerOptions options, OptionsOf(request.info));
  ASSIGN_OR_RETURN(std::vector<std::string> slots, SlotsOf(request.info, options));
  // First the FIFO, since nothing flows before the answer: what fails here leaves nothing to undo.
  ASSIGN_OR_RETURN(std::unique_ptr<Fifo> fifo, parts_.disk.OpenFifo(request.file));
  StreamFacts facts = FactsOf(request, options);
  facts.slots = std::move(slots);
  StreamLease stream = Commit(std::move(facts));
  parts_.log.Write(LogLevel::kDebug, "start",
                   {{"container", ShortId(request.info.id)}, {"stream", stream->id().ToString()}});
  Deliver(*stream);
  parts_.intake.Register(std::move(stream), std::move(fifo));
  return Status::Ok();
}

void Driver::Deliver(const Stream& stream) {
  if (parts_.delivery == nullptr || stream.facts().slots.empty()) return;
  parts_.delivery->Attach(parts_.journal.Lease(stream));
}

// What was good enough to start with once is so again: `docker logs` of a stopped container is a start, too.
Result<std::vector<std::string>> Driver::SlotsOf(const ContainerInfo& info, const ContainerOptions& options) {
  if (parts_.slots == nullptr) return std::vector<std::string>();
  Result<std::vector<std::string>> slots = parts_.slots->Check(options.frozen);
  if (slots.ok()) return slots;
  if (!StartedBefore(info.id, options.frozen)) return slots.status();
  parts_.log.Write(LogLevel::kWarning, "options-no-longer-valid",
                   {{"container", ShortId(info.id)}, {"why", slots.status().message()}});
  return parts_.slots->SlotsOf(options.frozen);
}

Result<ContainerOptions> Driver::OptionsOf(const ContainerInfo& info) {
  ReadOptionsOutcome outcome = ReadContainerOptions(parts_.table, info.config, parts_.options);
  if (outcome.problems.empty()) return std::move(outcome.options);
  // `docker logs` of a stopped container is a start too: it must not fail for options that were good once.
  if (!StartedBefore(info.id, outcome.options.frozen)) return Invalid(outcome.problems.front());
  parts_.log.Write(LogLevel::kWarning, "options-no-longer-valid",
                   {{"container", ShortId(info.id)}, {"why", outcome.problems.front()}});
  return std::move(outcome.options);
}

bool Driver::StartedBefore(const std::string& container_id, const std::map<std::string, OptionValue>& frozen) {
  std::map<std::string, std::string> own;
  for (const auto& [name, option] : frozen) {
    if (!option.inherited) own.emplace(name, option.value);
  }
  for (const StreamLease& stream : parts_.journal.Find(container_id)) {
    std::map<std::string, std::string> before;
    for (const auto& [name, option] : stream->facts().options) {
      if (!option.inherited) before.emplace(name, option.value);
    }
    if (before == own) return true;
  }
  return false;
}

StreamFacts Driver::FactsOf(const StartRequest& request, const ContainerOptions& options) {
  const ContainerInfo& info = request.info;
  StreamFacts facts;
  facts.started = parts_.clock.WallNow();
  facts.fifo = request.file;
  facts.container_id = info.id;
  facts.container_name = info.name.starts_with('/') ? info.name.substr(1) : info.name;
  facts.image_id = info.image_id;
  facts.image_name = info.image_name;
  facts.container_created = info.created;
  facts.daemon_name = info.daemon_name;
  facts.host_name = parts_.host_name;
  facts.tag = options.tag.Render(TagFieldsOf(info, parts_.host_name));
  facts.labels = options.filter.ChooseLabels(info.labels);
  facts.env = options.filter.ChooseEnv(info.env);
  for (const auto& [name, option] : options.frozen) facts.options[name] = {option.value, option.inherited};
  facts.spool = ToSpoolSettings(options);
  return facts;
}

StreamLease Driver::Commit(StreamFacts facts) {
  Result<StreamLease> stream = parts_.journal.Create(facts);
  if (stream.ok()) return std::move(*stream);
  // A container must not fail to start for our disk: its lines are counted, and kept once there is room.
  parts_.log.Write(LogLevel::kError, "start-without-disk",
                   {{"container", ShortId(facts.container_id)}, {"why", stream.status().message()}});
  return parts_.journal.CreateUncommitted(std::move(facts));
}

void Driver::UndoStart(const std::string& file) {
  {
    MutexLock lock(mu_);
    if (repeated_.contains(file)) return;
  }
  StreamLease stream = parts_.journal.FindFifo(file);
  if (!stream) return;
  parts_.log.Write(
      LogLevel::kWarning, "start-undone",
      {{"container", ShortId(stream->facts().container_id)}, {"why", "the client left before the answer"}});
  if (parts_.delivery != nullptr) parts_.delivery->Detach(stream->id());
  parts_.intake.Abandon(stream->id());
}

void Driver::Stop(const std::string& file) {
  {
    MutexLock lock(mu_);
    repeated_.erase(file);
  }
  TakeUpUnread();
  StreamLease stream = parts_.journal.FindFifo(file);
  if (!stream) return;
  if (parts_.intake.Drain(stream->id(), parts_.clock.Now() + kStopMax)) return;
  parts_.log.Write(LogLevel::kWarning, "stop-before-drained",
                   {{"container", ShortId(stream->facts().container_id)},
                    {"why", "the pipe was not empty in time; its lines are read as soon as the disk takes them"}});
}

std::unique_ptr<LogReader> Driver::Read(const ReadRequest& request) {
  TakeUpUnread();
  MonoTime deadline = parts_.clock.Now() + kVisitMax;
  for (const StreamLease& stream : parts_.journal.Find(request.info.id)) {
    if (!stream->ended()) parts_.intake.Drain(stream->id(), deadline);
  }
  return std::make_unique<LogReader>(parts_.disk, parts_.clock, parts_.journal, request.info.id, request.options);
}

}  // namespace tailrace
