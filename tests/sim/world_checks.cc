// World: the oracle. What the journal gives back is held against what the writers' pipes took.
#include <algorithm>

#include "tests/sim/world.h"

namespace tailrace {

namespace {

constexpr uint64_t kHugeCapacity = uint64_t{1} << 40;
constexpr Nanos kTakeMax = std::chrono::seconds(120);
// A segment ends with a whole frame: it is larger than asked for by less than so much.
constexpr uint64_t kFrameSlack = 300'000;

std::string NameOf(const SimWriter& writer) {
  return "container " + std::to_string(writer.container) + " stream " + writer.id.ToString() + " fifo " +
         writer.fifo.substr(writer.fifo.size() - 4);
}

std::string GapText(const StreamRead& read) {
  std::string text;
  for (const StreamRead::Gap& gap : read.gaps) {
    text += ", gap " + std::to_string(gap.range.from) + "-" + std::to_string(gap.range.to) + " " +
            std::string(GapReasonName(gap.reason));
  }
  return text;
}

uint64_t LastWholeEnd(const Written& written) {
  const size_t behind = written.FrameEndingBehind(written.accepted());
  return behind == 0 ? 0 : written.marks()[behind - 1].end;
}

}  // namespace

void World::CountGaps(const StreamRead& read) {
  for (const StreamRead::Gap& gap : read.gaps) {
    hardness_.Count("gaps_" + std::string(GapReasonName(gap.reason)));
    hardness_.Count("lines_lost_and_told", gap.lines);
  }
}

void World::CheckStream(SimWriter& writer, bool is_final) {
  if (!writer.has_id || writer.is_forgotten) return;
  for (const StreamLease& stream : app_->journal.Find(containers_[writer.container].info.id)) {
    if (stream->id() != writer.id) continue;
    const StreamRead read =
        ReadBack(disk_, *stream, writer.written, buffer_, {.is_exact = !writer.has_lost_power});
    if (is_final) CountGaps(read);
    if (!read.complaint.empty()) return Complain(NameOf(writer) + ": " + read.complaint);
    for (const StreamRead::Gap& gap : read.gaps) {
      if (writer.has_lost_power || gap.reason == GapReason::kDropOldest) continue;
      if (gap.reason == GapReason::kDropNewest && may_discard) continue;
      return Complain(NameOf(writer) + ": a gap without cause, " + std::string(GapReasonName(gap.reason)) + " " +
                      std::to_string(gap.range.from) + "-" + std::to_string(gap.range.to));
    }
    // A stream that was attached and not visited yet is shown up to its newest segment.
    if (writer.has_lost_power && !read.has_ended && !is_final) return;
    if (writer.has_lost_power) return CheckCertain(writer, read, stream->Snapshot().first);
    if (is_final) CheckFinalRead(writer, read);
    return;
  }
  CheckMissing(writer);
}

void World::CheckFinalRead(const SimWriter& writer, const StreamRead& read) {
  if (!read.has_ended) return Complain(NameOf(writer) + ": has not ended, read up to " + std::to_string(read.end));
  if (read.end >= LastWholeEnd(writer.written)) return;
  Complain(NameOf(writer) + ": ends at " + std::to_string(read.end) + " instead of " +
           std::to_string(LastWholeEnd(writer.written)));
}

// `first`: what lies before it has gone by retention.
void World::CheckCertain(const SimWriter& writer, const StreamRead& read, uint64_t first) {
  hardness_.Count("damaged_frames_after_power_loss", read.damaged_frames);
  for (const ByteRange& range : writer.certain) {
    for (size_t i = 0; i < writer.written.marks().size(); ++i) {
      const Written::Mark& mark = writer.written.marks()[i];
      if (mark.start < std::max(range.from, first) || mark.end > range.to) continue;
      if (read.is_seen[i]) continue;
      return Complain(NameOf(writer) + ": a synced frame is missing after a power loss, at " +
                      std::to_string(mark.start) + " of the synced " + std::to_string(range.from) + "-" +
                      std::to_string(range.to) + "; read up to " + std::to_string(read.end) + GapText(read));
    }
  }
}

// An empty stream goes without a trace, and one whose history is full goes as a whole.
void World::CheckMissing(const SimWriter& writer) {
  const bool has_bytes = writer.has_lost_power ? !writer.certain.empty() : writer.written.accepted() > 0;
  if (!has_bytes) return;
  hardness_.Count("streams_dropped_whole");
  for (const auto& later : writers_) {
    const bool is_other = later->container == writer.container && later->id != writer.id;
    const bool is_later = is_other && later->written.accepted() > 0;
    if (is_later || may_drop_early) return;
  }
  Complain(NameOf(writer) + ": is gone, and nothing has taken its place");
}

// Segments go only when the history is full, and then it is not left over-full.
void World::CheckHistory(size_t container) {
  uint64_t kept = 0;
  size_t segments = 0;
  bool is_dropped = false;
  for (const StreamLease& stream : app_->journal.Find(containers_[container].info.id)) {
    is_dropped |= stream->Snapshot().first > 0;
    for (const Segment& segment : stream->Segments()) {
      kept += segment.bytes();
      segments += segment.bytes() > 0 ? 1 : 0;
    }
  }
  for (const auto& writer : writers_) {
    if (writer->container == container && (writer->has_lost_power || writer->is_forgotten)) return;
  }
  const SpoolSettings& spool = containers_[container].spool;
  if (is_dropped) hardness_.Count("histories_cut");
  // The newest segment stays, however small the history is.
  if (kept > spool.history_bytes() && segments > 1) {
    Complain("container " + std::to_string(container) + " keeps " + std::to_string(kept) + " bytes of a history of " +
             std::to_string(spool.history_bytes()));
  }
  const bool is_too_little = kept + spool.segment_bytes() + kFrameSlack <= spool.history_bytes();
  if (is_dropped && !may_drop_early && !may_discard && is_too_little) {
    Complain("container " + std::to_string(container) + " has dropped lines and keeps only " + std::to_string(kept));
  }
}

void World::CheckAll(bool is_final) {
  Run([&] {
    for (auto& writer : writers_) {
      if (complaint_.empty()) CheckStream(*writer, is_final);
    }
  });
}

void World::CheckDurable() {
  if (settings_.spool_sync <= Nanos::zero() || has_ever_failed) return;
  disk_.DieAtCall(0, DeathMode::kBefore);  // A process that dies syncs nothing.
  std::vector<std::pair<std::string, uint64_t>> wanted;
  for (const StreamLease& stream : app_->journal.Streams()) {
    if (!stream->is_committed()) continue;
    for (const Segment& segment : stream->Segments()) {
      // What had ended before this process was not its own to sync, but for the newest segment.
      if (segment.bytes() == 0 || segment.start < stream->durable_at_load()) continue;
      wanted.emplace_back(stream->SegmentPath(segment.start), segment.bytes());
    }
  }
  RunFor(2 * settings_.spool_sync + std::chrono::seconds(2));
  for (const auto& [path, bytes] : wanted) {
    if (!disk_.Exists(path)) continue;
    hardness_.Count("segments_seen_durable");
    if (disk_.DurableBytes(path) >= bytes) continue;
    return Complain("not durable after two syncs: " + path + ", " + std::to_string(disk_.DurableBytes(path)) + " of " +
                    std::to_string(bytes));
  }
}

void World::CheckNotStuck() {
  disk_.DieAtCall(0, DeathMode::kBefore);
  Nanos longest{0};
  for (const SimContainer& container : containers_) longest = std::max(longest, container.spool.block_max);
  RunFor(longest + std::chrono::seconds(4));
  for (const auto& writer : writers_) {
    const SpoolSettings& spool = containers_[writer->container].spool;
    if (writer->is_closed || (spool.spool_full == SpoolFull::kBlock && spool.block_max == Nanos::zero())) continue;
    if (disk_.PipeBytes(writer->fifo) == 0 && writer->written.Rest().empty()) continue;
    return Complain(NameOf(*writer) + ": waits longer than its policy says");
  }
}

void World::Finish() {
  Trace("finish");
  disk_.ClearFailures();
  disk_.DieAtCall(0, DeathMode::kBefore);
  disk_.SetCapacity(kHugeCapacity);
  disk_.SetSpliceBytesMax(SIZE_MAX);
  const MonoTime deadline = clock_.Now() + kTakeMax;
  auto is_taken = [&](const auto& writer) {
    return writer->is_closed || (writer->written.Rest().empty() && disk_.PipeBytes(writer->fifo) == 0);
  };
  while (!std::all_of(writers_.begin(), writers_.end(), is_taken) && complaint_.empty()) {
    if (clock_.Now() > deadline) return Complain("finish: not all is taken, although there is room");
    RunFor(std::chrono::milliseconds(500));
  }
  for (auto& writer : writers_) StopWriter(*writer);
  UnlinkClosed();
  RunFor(std::chrono::seconds(5));
  if (!complaint_.empty()) return;
  CheckEnd();
  // What was read back from memory is read once more from disk alone.
  if (!kills_at_end) return CheckLeftovers();
  Kill();
  RunFor(std::chrono::seconds(3));
  CheckEnd();
  CheckLeftovers();
}

void World::CheckEnd() {
  CheckAll(true);
  for (size_t i = 0; i < containers_.size() && complaint_.empty(); ++i) {
    CheckLogs(i);
    CheckHistory(i);
  }
}

// After the end of everything nothing is left but what `docker logs` needs.
void World::CheckLeftovers() {
  for (const StreamLease& stream : app_->journal.Streams()) {
    if (stream->Snapshot().empty()) {
      std::string files;
      for (const std::string& path : disk_.AllPaths()) {
        if (path.starts_with(stream->directory() + "/")) files += " " + path.substr(stream->directory().size() + 1);
      }
      Complain("an empty stream is left: " + stream->directory() + (stream->is_committed() ? " with" : " uncommitted") +
               files);
    }
    if (!stream->ended()) Complain("a stream has not ended: " + stream->directory());
  }
  for (const StreamId noted : app_->journal.notes().Streams()) {
    const std::vector<StreamLease> streams = app_->journal.Streams();
    const bool is_known = std::any_of(streams.begin(), streams.end(),
                                      [&](const StreamLease& stream) { return stream->id() == noted; });
    // A stream whose last gap could not be written into its folder keeps its note.
    if (!is_known) Complain("a note of a discard is left, of a stream that is gone");
  }
  const bool has_lost_power =
      std::any_of(writers_.begin(), writers_.end(), [](const auto& writer) { return writer->has_lost_power; });
  for (const std::string& path : disk_.AllPaths()) {
    if (path.find("/live/") != std::string::npos && !has_lost_power) Complain("a link is left: " + path);
    if (path.ends_with(".log") && !path.ends_with(SegmentName(0, ".log"))) hardness_.Count("rolled_segments");
  }
}

}  // namespace tailrace
