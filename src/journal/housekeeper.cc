#include "journal/housekeeper.h"

#include <algorithm>
#include <set>

namespace tailrace {

Housekeeper::Housekeeper(Settings settings, const Parts& parts)
    : settings_(std::move(settings)), parts_(parts), syncer_(parts.journal, parts.log) {}

Housekeeper::~Housekeeper() { Stop(); }

void Housekeeper::Start() {
  thread_.Start("housekeeper", [this] {
    while (true) {
      const MonoTime next = RunOnce();
      MutexLock lock(mu_);
      if (is_stopping_) return;
      if (ended_.empty() && !has_no_space_) woken_.WaitFor(mu_, next - parts_.clock.Now());
    }
  });
}

void Housekeeper::Stop() {
  {
    MutexLock lock(mu_);
    if (is_stopping_) return;
    is_stopping_ = true;
    woken_.NotifyAll();
  }
  thread_.Join();
  if (settings_.spool_sync > Nanos::zero()) syncer_.SyncAll(parts_.journal.Streams(), nullptr, true);
  unfinished_.clear();
  MutexLock lock(mu_);
  ended_.clear();
}

void Housekeeper::ReportNoSpace() {
  MutexLock lock(mu_);
  has_no_space_ = true;
  woken_.NotifyAll();
}

void Housekeeper::ReportEnded(StreamLease stream) {
  MutexLock lock(mu_);
  ended_.push_back(std::move(stream));
  woken_.NotifyAll();
}

MonoTime Housekeeper::RunOnce() {
  const MonoTime now = parts_.clock.Now();
  bool has_no_space = false;
  {
    MutexLock lock(mu_);
    has_no_space = std::exchange(has_no_space_, false);
  }
  FinishEnded();
  LoadAll();
  if (has_no_space) parts_.journal.GiveUpReserve();
  if (has_no_space || now >= next_tick_) {
    const std::vector<StreamLease> streams = parts_.journal.Streams();
    CommitLate(streams);
    Retain(streams);
    next_tick_ = now + kTick;
  }
  if (settings_.spool_sync > Nanos::zero() && now >= next_sync_) {
    if (next_sync_ > MonoTime{0}) SyncDue();
    next_sync_ = now + settings_.spool_sync;
  }
  if (now >= next_reserve_) {
    if (!has_no_space) (void)parts_.journal.RestoreReserve();
    next_reserve_ = now + kReserveTick;
  }
  if (now >= next_orphans_) {
    RemoveOrphans();
    next_orphans_ = now + kOrphanTick;
  }
  return std::min({next_tick_, next_reserve_, next_orphans_, settings_.spool_sync > Nanos::zero() ? next_sync_ : kNever});
}

void Housekeeper::SyncDue() {
  const MonoTime begin = parts_.clock.Now();
  syncer_.SyncAll(parts_.journal.Streams(), control_, false);
  if (settled_ != nullptr) settled_->SyncCursors();
  const double seconds = std::chrono::duration<double>(parts_.clock.Now() - begin).count();
  MutexLock lock(mu_);
  sync_seconds_.Add(seconds);
}

Histogram Housekeeper::sync_seconds() {
  MutexLock lock(mu_);
  return sync_seconds_;
}

// Once after the start: what is on disk counts for the limits.
void Housekeeper::LoadAll() {
  if (is_loaded_) return;
  is_loaded_ = true;
  for (const std::string& container : parts_.journal.ContainersOnDisk()) {
    for (StreamLease& stream : parts_.journal.Find(container)) {
      // Left over from a StartLogging that was killed before its commit, or from an end before its clean-up.
      if (stream->ended() && stream->Snapshot().empty()) unfinished_.push_back(std::move(stream));
    }
  }
  ClearForeignNotes();
}

// Notes of streams that were never committed, and died with the process: they would fill the slots.
void Housekeeper::ClearForeignNotes() {
  const std::vector<StreamId> noted = parts_.journal.notes().Streams();  // First: a stream is known before its note.
  std::set<uint64_t> known;
  for (const StreamLease& stream : parts_.journal.Streams()) known.insert(stream->id().value);
  for (const StreamId stream : noted) {
    if (!known.contains(stream.value)) parts_.journal.notes().Clear(stream);
  }
}

void Housekeeper::FinishEnded() {
  {
    MutexLock lock(mu_);
    for (StreamLease& stream : ended_) unfinished_.push_back(std::move(stream));
    ended_.clear();
  }
  std::erase_if(unfinished_, [this](StreamLease& stream) { return FinishStream(*stream); });
}

bool Housekeeper::FinishStream(Stream& stream) {
  limits_.erase(stream.id().value);
  if (!stream.is_committed()) return parts_.journal.RemoveStream(stream).ok();
  if (!parts_.journal.RemoveLink(stream).ok()) return false;
  // Each `docker logs` of a stopped container makes an empty stream: it goes without a trace.
  return !stream.Snapshot().empty() || parts_.journal.RemoveStream(stream).ok();
}

// Differs when a stream has come, gone, grown or ended.
uint64_t Housekeeper::SumOf(const std::vector<StreamLease>& streams) {
  uint64_t sum = streams.size();
  for (const StreamLease& stream : streams) {
    const Stream::State state = stream->Snapshot();
    sum = (sum ^ stream->id().value) * 0x9e3779b97f4a7c15 + state.first + state.progress.end * 2 + (state.ended ? 1 : 0);
  }
  return sum;
}

// Streams that the disk refused at their start.
void Housekeeper::CommitLate(const std::vector<StreamLease>& streams) {
  for (const StreamLease& stream : streams) {
    if (stream->is_committed() || stream->ended() || stream->facts().container_id.empty()) continue;
    const Status status = parts_.journal.Commit(*stream);
    if (status.ok()) parts_.log.Write(LogLevel::kInfo, "late-commit", {{"container", stream->facts().container_id}});
  }
}

uint64_t Housekeeper::SettledOf(const Stream& stream) const {
  return settled_ == nullptr || stream.facts().slots.empty() ? UINT64_MAX : settled_->SettledOf(stream);
}

std::vector<RetentionContainer> Housekeeper::Gather(const std::vector<StreamLease>& streams) const {
  std::vector<RetentionContainer> containers;
  std::string last_id;
  for (const StreamLease& stream : streams) {  // By container, then by run.
    const StreamFacts& facts = stream->facts();
    if (containers.empty() || facts.container_id != last_id) containers.emplace_back();
    last_id = facts.container_id;
    RetentionContainer& container = containers.back();
    // The newest run's options are the container's.
    container.spool_full = facts.spool.spool_full;
    container.history_bytes = facts.spool.history_bytes();
    container.backlog_bytes = facts.spool.backlog_bytes;
    RetentionStream& item = container.streams.emplace_back();
    item.id = stream->id();
    item.is_live = !stream->ended();
    item.started_ns = facts.started.ns;
    item.segments = stream->Segments();
    item.settled = SettledOf(*stream);
  }
  return containers;
}

void Housekeeper::Retain(const std::vector<StreamLease>& streams) {
  RetentionLimits limits;
  limits.streams_max = Journal::kStreamsPerContainerMax;
  const Result<SpaceInfo> space = parts_.disk.Space(parts_.journal.root());
  if (space.ok()) {
    limits.spool_bytes_max = settings_.spool_limit.value_or(DefaultSpoolLimit(space->total_bytes));
    limits.free_bytes_min = settings_.spool_free.value_or(DefaultSpoolFree(space->total_bytes));
    limits.free_bytes = space->free_bytes;
  }
  // Hundreds of idle containers cost next to nothing: what has not changed is not planned anew.
  const uint64_t sum = SumOf(streams);
  const uint64_t version = settled_ == nullptr ? 0 : settled_->Version();
  const bool is_short = !space.ok() || limits.free_bytes < limits.free_bytes_min;
  if (was_quiet_ && sum == last_sum_ && version == last_version_ && !is_short) return;
  const RetentionPlan plan = PlanRetention(Gather(streams), limits);
  last_sum_ = sum;
  last_version_ = version;
  was_quiet_ = plan.drops.empty() && plan.rolls.empty() &&
               std::all_of(plan.limits.begin(), plan.limits.end(),
                           [](const RetentionPlan::Limit& limit) { return limit.limit == IntakeLimit::kNone; });
  Apply(plan, streams);
  // What was dropped before it was delivered stays until every slot has counted the loss.
  for (const StreamLease& stream : streams) {
    const bool is_done = stream->ended() && !stream->Snapshot().empty() && stream->Segments().empty();
    if (is_done && SettledOf(*stream) == UINT64_MAX) (void)parts_.journal.RemoveStream(*stream);
  }
}

void Housekeeper::Apply(const RetentionPlan& plan, const std::vector<StreamLease>& streams) {
  std::map<uint64_t, Stream*> by_id;
  for (const StreamLease& stream : streams) by_id[stream->id().value] = &*stream;
  for (const RetentionPlan::Drop& drop : plan.drops) Drop(*by_id.at(drop.stream.value), drop.keep_from);
  if (control_ == nullptr) return;
  for (const StreamId roll : plan.rolls) control_->RequestRoll(roll);
  for (const RetentionPlan::Limit& limit : plan.limits) {
    IntakeLimit& said = limits_.try_emplace(limit.stream.value, IntakeLimit::kNone).first->second;
    if (said == limit.limit) continue;
    said = limit.limit;
    control_->SetLimit(limit.stream, limit.limit);
    parts_.log.Write(LogLevel::kWarning, "spool-limit",
                     {{"stream", limit.stream.ToString()},
                      {"intake", limit.limit == IntakeLimit::kNone ? "free"
                                 : limit.limit == IntakeLimit::kBlock ? "blocked" : "discarding"}});
  }
}

void Housekeeper::Drop(Stream& stream, uint64_t keep_from) {
  const bool is_all = keep_from == UINT64_MAX && stream.ended();
  const std::vector<Segment> dropped = is_all ? stream.DropAll() : stream.DropFirst(keep_from);
  for (const Segment& segment : dropped) {
    const Status status = parts_.disk.Unlink(stream.SegmentPath(segment.start));
    if (!status.ok()) parts_.log.Write(LogLevel::kError, "drop-segment", {{"error", status.message()}});
    // The index last: a segment that is seen without one has none, and was not deleted a moment ago (LoadIndexOf).
    (void)parts_.disk.Unlink(stream.IndexPath(segment.start));  // A short first segment has none.
  }
  if (is_all && SettledOf(stream) == UINT64_MAX) (void)parts_.journal.RemoveStream(stream);
}

// FIFOs that nobody holds and no stream reads: dockerd makes one before each StartLogging, and leaks it when that fails.
void Housekeeper::RemoveOrphans() {
  if (settings_.own_fifo_directory.empty()) return;
  const Result<std::vector<DirEntry>> entries = parts_.disk.List(settings_.own_fifo_directory);
  if (!entries.ok()) return;
  for (const DirEntry& entry : *entries) {
    const std::string path = settings_.own_fifo_directory + "/" + entry.name;
    if (entry.kind != DirEntry::Kind::kFifo || parts_.journal.FindFifo(path)) continue;
    const Result<FileInfo> info = parts_.disk.Stat(path);
    if (!info.ok() || parts_.clock.WallNow().ns - info->modified.ns < kOrphanAgeMin.count()) continue;
    const Result<std::unique_ptr<Fifo>> fifo = parts_.disk.OpenFifo(path);
    if (!fifo.ok()) continue;
    char byte = 0;
    const Result<MoveOutcome> peek = (*fifo)->Peek({&byte, 1});
    if (peek.ok() && peek->kind == MoveOutcome::Kind::kEnded) (void)parts_.disk.Unlink(path);
  }
}

}  // namespace tailrace
