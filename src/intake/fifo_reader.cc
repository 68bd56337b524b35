#include "intake/fifo_reader.h"

#include <algorithm>

namespace tailrace {

FifoReader::FifoReader(const Parts& parts, StreamLease stream, std::unique_ptr<Fifo> fifo)
    : parts_(parts),
      stream_(std::move(stream)),
      fifo_(std::move(fifo)),
      writer_(parts.disk, *stream_),
      pipe_(parts.pipes, fifo_.get()) {
  std::optional<DiscardNote> note = parts_.journal.notes().Find(stream_->id());
  if (note) {
    *note = Discard::Settle(*note, fifo_.get());
    if (note->settled.end > writer_.end()) {
      discard_.emplace(parts_.journal.notes(), *note);
      mode_ = Mode::kDiscarding;
    } else if (stream_->is_committed()) {
      parts_.journal.notes().Clear(stream_->id());  // Nothing had been consumed yet.
    }
  }
  if (!discard_ && !stream_->is_committed()) StartDiscard();
}

FifoReader::~FifoReader() = default;

FifoReader::Next FifoReader::Visit(MonoTime now, std::vector<char>& scratch) {
  parts_.stats.visits.fetch_add(1, std::memory_order_relaxed);
  if (fifo_ == nullptr && mode_ != Mode::kClosing) return AtEnd(now);
  Obey(now);
  switch (mode_) {
    case Mode::kReading:
    case Mode::kNoRoom: return VisitReading(now, scratch);
    case Mode::kBlocked: return VisitBlocked(now, scratch);
    case Mode::kDiscarding: return VisitDiscarding(now, scratch);
    case Mode::kClosing: return VisitClosing(now);
    case Mode::kDone: return Finish();
  }
  return Finish();
}

// What the housekeeper said since the last visit.
void FifoReader::Obey(MonoTime now) {
  if (mode_ != Mode::kReading && mode_ != Mode::kNoRoom) return;
  if (limit_ == IntakeLimit::kDiscard) StartDiscard();
  if (limit_ == IntakeLimit::kBlock) {
    mode_ = Mode::kBlocked;
    since_ = now;
  }
}

void FifoReader::Count(const StreamWriter::Moved& moved) {
  parts_.stats.bytes_taken.fetch_add(moved.bytes, std::memory_order_relaxed);
  parts_.stats.frames_taken.fetch_add(moved.frames, std::memory_order_relaxed);
  parts_.stats.lines_taken.fetch_add(moved.lines, std::memory_order_relaxed);
}

FifoReader::Next FifoReader::VisitReading(MonoTime now, std::vector<char>& scratch) {
  const StreamWriter::Moved moved = writer_.Move(*fifo_, kVisitBytesMax, scratch);
  Count(moved);
  // As long as there is some room, the wait for room begins anew.
  if (moved.bytes > 0) since_ = now;
  if (!moved.status.ok()) return AfterFailure(now, moved.status);
  mode_ = Mode::kReading;
  if (moved.kind == MoveOutcome::Kind::kEnded) return AtEnd(now);
  return AfterMove(now, moved);
}

FifoReader::Next FifoReader::AfterMove(MonoTime now, const StreamWriter::Moved& moved) {
  if (moved.bytes == 0) parts_.stats.empty_visits.fetch_add(1, std::memory_order_relaxed);
  if (moved.bytes > 0) TellProgress(moved.bytes);
  VisitFacts facts;
  facts.bytes = moved.bytes;
  facts.frames = moved.frames;
  facts.since_last = now - std::exchange(last_visit_, now);
  facts.pipe_bytes = pipe_.bytes();
  facts.is_followed = stream_->signal().has_followers();
  const RestPolicy::Decision decision = rest_policy_.After(facts);
  if (decision.grow_pipe) pipe_.Grow(*fifo_);
  if (decision.is_quiet) {
    pipe_.Shrink(*fifo_);
    writer_.GiveBackRoom();
  }
  if (decision.arm) return {};
  return {Next::Kind::kAt, now + decision.rest, decision.rest / 4};
}

FifoReader::Next FifoReader::AfterFailure(MonoTime now, const Status& status) {
  if (mode_ == Mode::kReading) {
    mode_ = Mode::kNoRoom;
    since_ = now;
    parts_.log.Write(LogLevel::kError, "spool-write",
                     {{"container", stream_->facts().container_id}, {"error", status.message()}});
  }
  if (status.code() != StatusCode::kNoSpace) {
    // A file that cannot be written is left, and a new one begun at the next frame; when that fails as well, what comes
    // meanwhile is read away.
    parts_.stats.io_errors.fetch_add(1, std::memory_order_relaxed);
    StartDiscard();
    if (failed_at_ && now - *failed_at_ < kNoSpaceMax) room_at_ = now + kNoSpaceMax;
    failed_at_ = now;
    leaves_segment_ = true;
    return {Next::Kind::kAt, now, Nanos(0)};
  }
  parts_.reports.ReportNoSpace();
  if (now - since_ < kNoSpaceMax) return {Next::Kind::kAt, now + kNoSpaceRetry, Nanos(0)};
  if (stream_->facts().spool.spool_full == SpoolFull::kBlock) {
    mode_ = Mode::kBlocked;  // since_ stays: the container has been waiting since then.
    return {Next::Kind::kAt, now + kBlockedRetry, Nanos(0)};
  }
  StartDiscard();
  return {Next::Kind::kAt, now, Nanos(0)};
}

FifoReader::Next FifoReader::VisitBlocked(MonoTime now, std::vector<char>& scratch) {
  const Nanos block_max = stream_->facts().spool.block_max;
  if (block_max > Nanos::zero() && now - since_ >= block_max) {
    StartDiscard();
    return VisitDiscarding(now, scratch);
  }
  if (limit_ == IntakeLimit::kBlock) {
    return IsOver() ? AtEnd(now) : Next{Next::Kind::kAt, now + kBlockedRetry, Nanos(0)};
  }
  const StreamWriter::Moved moved = writer_.Move(*fifo_, kVisitBytesMax, scratch);
  Count(moved);
  if (moved.status.code() == StatusCode::kNoSpace) {
    parts_.reports.ReportNoSpace();
    return {Next::Kind::kAt, now + kBlockedRetry, Nanos(0)};
  }
  mode_ = Mode::kReading;
  if (!moved.status.ok()) return AfterFailure(now, moved.status);
  return moved.kind == MoveOutcome::Kind::kEnded ? AtEnd(now) : AfterMove(now, moved);
}

void FifoReader::TellProgress(uint64_t bytes) {
  if (parts_.progress != nullptr && !stream_->facts().slots.empty()) parts_.progress->OnProgress(bytes);
}

// Nobody holds the FIFO and it is empty. A look that takes nothing.
bool FifoReader::IsOver() {
  char byte = 0;
  const Result<MoveOutcome> peek = fifo_->Peek({&byte, 1});
  return peek.ok() && peek->kind == MoveOutcome::Kind::kEnded;
}

void FifoReader::StartDiscard() {
  Result<std::string> cut_frame = writer_.CutFrame();
  // If not even that can be read, the rest of the cut frame is found to be damage and counted so.
  discard_.emplace(parts_.journal.notes(), stream_->id(), writer_.walk(), writer_.end(),
                   cut_frame.value_or(std::string()));
  mode_ = Mode::kDiscarding;
  lacks_counts_ = !writer_.is_recovered();
  lines_counted_ = 0;
  waiting_since_ = MonoTime{0};
  parts_.log.Write(LogLevel::kWarning, "discard-begins", {{"container", stream_->facts().container_id}});
}

FifoReader::Next FifoReader::VisitDiscarding(MonoTime now, std::vector<char>& scratch) {
  if (TryResume(now)) return VisitReading(now, scratch);
  const bool takes_cut = waiting_since_ > MonoTime{0} && now - waiting_since_ >= kCutFrameMax;
  Result<Discard::Step> step = discard_->DoStep(*fifo_, scratch, takes_cut);
  if (!step.ok()) {
    parts_.log.Write(LogLevel::kError, "discard", {{"error", step.status().message()}});
    return {Next::Kind::kAt, now + kBlockedRetry, Nanos(0)};
  }
  if (!step->note_status.ok()) {
    parts_.log.Write(LogLevel::kWarning, "discard-note", {{"error", step->note_status.message()}});
    if (step->note_status.code() == StatusCode::kNoSpace) parts_.reports.ReportNoSpace();
  }
  if (step->bytes > 0) stream_->PublishDiscard(discard_->progress());
  if (!step->is_waiting) waiting_since_ = MonoTime{0};
  if (step->is_waiting && waiting_since_ == MonoTime{0}) waiting_since_ = now;
  CountDiscarded(discard_->lines());
  if (step->kind == MoveOutcome::Kind::kEnded) return AtEnd(now);
  // Never armed: it has to look for room, too.
  return {Next::Kind::kAt, now + (step->bytes > 0 ? kDiscardRest : kRoomRetry), Nanos(0)};
}

// Back to reading, if the limit is gone and the disk has room again.
bool FifoReader::TryResume(MonoTime now) {
  if (limit_ != IntakeLimit::kNone || now < room_at_ || !stream_->is_committed()) return false;
  room_at_ = now + kRoomRetry;
  const Result<SpaceInfo> space = parts_.disk.Space(parts_.journal.root());
  if (!space.ok() || space->free_bytes < kRoomBytes || !BeginAgain()) return false;
  TellDiscarded();
  parts_.journal.notes().Clear(stream_->id());
  discard_.reset();
  mode_ = Mode::kReading;
  return true;
}

// A discard that began while the segments could not be read counts from nothing until they can.
void FifoReader::CompleteCounts() {
  if (!lacks_counts_ || !writer_.Recover().ok()) return;
  lacks_counts_ = false;
  discard_->AddBefore(writer_.walk());
}

bool FifoReader::BeginAgain() {
  // Nothing was taken yet and the segment can be written: it goes on, even in the middle of a frame.
  if (discard_->progress().end == writer_.end() && !leaves_segment_) return true;
  if (!discard_->is_at_frame()) return false;
  CompleteCounts();
  const Status status = writer_.BeginAfterDiscard(discard_->progress());
  leaves_segment_ = leaves_segment_ && !status.ok();
  if (!status.ok()) {
    parts_.log.Write(LogLevel::kError, "spool-write",
                     {{"container", stream_->facts().container_id}, {"error", status.message()}});
  }
  return status.ok();
}

void FifoReader::CountDiscarded(uint64_t lines) {
  auto& counter = stream_->is_committed() ? parts_.stats.lines_dropped_newest : parts_.stats.lines_no_disk;
  counter.fetch_add(lines - lines_counted_, std::memory_order_relaxed);
  lines_counted_ = lines;
}

void FifoReader::TellDiscarded() {
  if (discard_->lines() == 0) return;
  parts_.log.Write(LogLevel::kError, "lines-lost",
                   {{"container", stream_->facts().container_id},
                    {"lines", std::to_string(discard_->lines())},
                    {"reason", std::string(stream_->is_committed() ? "drop-newest" : "no-disk")}});
}

// Nobody holds the FIFO and it is empty. Readers need wait no longer, even if the gap's end is not on disk yet.
FifoReader::Next FifoReader::AtEnd(MonoTime now) {
  if (const Status status = writer_.Recover(); !status.ok()) {
    parts_.log.Write(LogLevel::kError, "recover", {{"stream", stream_->id().ToString()}, {"error", status.message()}});
    // Ended now, its newest segment would stay unseen until the next start. A disk may be readable again soon.
    if (!unread_since_) unread_since_ = now;
    if (now - *unread_since_ < kRecoverMax) return {Next::Kind::kAt, now + kNoSpaceMax, Nanos(0)};
  } else if (!discard_ && writer_.end() > 0) {
    stream_->Publish(writer_.walk().ProgressTo(writer_.end()));
  }
  // A discard's note that was settled at the start may say more than was published.
  if (discard_) stream_->PublishDiscard(discard_->progress());
  stream_->End();
  TellProgress(0);
  if (discard_ && stream_->is_committed()) {
    mode_ = Mode::kClosing;
    return VisitClosing(now);
  }
  if (discard_) TellDiscarded();
  return Finish();
}

FifoReader::Next FifoReader::VisitClosing(MonoTime now) {
  if (discard_->lines() > 0 || writer_.end() < discard_->progress().end) {
    const Result<SpaceInfo> space = parts_.disk.Space(parts_.journal.root());
    Status status(StatusCode::kNoSpace, "too little");
    CompleteCounts();
    if (space.ok() && space->free_bytes >= kRoomBytes) status = writer_.BeginAfterDiscard(discard_->progress());
    if (status.code() == StatusCode::kNoSpace) {
      parts_.reports.ReportNoSpace();
      return {Next::Kind::kAt, now + kNoSpaceMax, Nanos(0)};
    }
    TellDiscarded();
    // The folder may be gone already, or the disk be damaged: the note stays, and says where the stream ended.
    if (!status.ok()) return Finish();
  }
  parts_.journal.notes().Clear(stream_->id());
  return Finish();
}

FifoReader::Next FifoReader::Finish() {
  mode_ = Mode::kDone;
  discard_.reset();
  writer_.GiveBackRoom();
  return {Next::Kind::kDone, MonoTime{0}, Nanos(0)};
}

uint64_t FifoReader::end() const { return discard_ ? discard_->progress().end : writer_.end(); }

uint64_t FifoReader::PipeEnd() {
  if (fifo_ == nullptr) return end();
  return end() + fifo_->Available().value_or(0);
}

void FifoReader::Abandon() {
  stream_->End();
  mode_ = Mode::kDone;
}

}  // namespace tailrace
