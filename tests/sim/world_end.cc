// World: how the process ends and begins again, and what is known of it at that moment.
#include <algorithm>

#include "base/check.h"
#include "journal/stream_loader.h"
#include "tests/sim/world.h"

namespace tailrace {

namespace {

// A recovery that dies is begun again; more often than this nobody arms a death.
constexpr int kRevivalsMax = 100;

}  // namespace

void World::Kill() {
  Trace("kill");
  disk_.ClearFailures();
  disk_.DieAtCall(1, DeathMode::kBefore);
  death_is_power_loss_ = false;
  Run([&] { (void)disk_.SyncDir(kFifoFolder); });
}

void World::LosePower() {
  Trace("power loss");
  disk_.ClearFailures();
  disk_.DieAtCall(1, DeathMode::kBefore);
  death_is_power_loss_ = true;
  Run([&] { (void)disk_.SyncDir(kFifoFolder); });
}

void World::SetSecondDeath(uint64_t k, DeathMode mode) {
  second_death_ = k;
  second_mode_ = mode;
}

// The disk is dead: whatever the destructors do has no effect.
void World::Bury(bool is_power_loss) {
  CHECK(disk_.is_dead());
  Trace(is_power_loss ? "dies by power loss" : "dies");
  NoteEnd(is_power_loss);
  if (before_end) before_end();
  app_.reset();
  disk_.ClearFailures();
  has_failed = false;
  if (is_power_loss) {
    NoteCertain();
    disk_.PowerLoss(random_);
  } else {
    disk_.Crash();
  }
  disk_.DieAtCall(std::exchange(second_death_, 0), second_mode_);
  Revive();
}

void World::Revive() {
  for (int revivals = 0; revivals < kRevivalsMax; ++revivals) {
    app_ = std::make_unique<MiniApp>(MiniApp::Seams{disk_, clock_, product_random_, log_}, settings_);
    bool has_died = false;
    try {
      const Status status = app_->Begin();
      if (!status.ok() && !may_discard) Complain("start: " + status.message());
    } catch (const SimulatedDeath&) {
      has_died = true;
    }
    if (!has_died) return NoteAttached();
    Trace("dies while starting");
    hardness_.Count("deaths_while_starting");
    NoteEnd(false);
    app_.reset();
    disk_.Crash();
    disk_.DieAtCall(std::exchange(second_death_, 0), second_mode_);
  }
  CHECK(false);
}

void World::NoteEnd(bool is_power_loss) {
  hardness_.Count(is_power_loss ? "power_losses" : "crashes");
  LosePipes();
  NoteDiscards();
  if (app_ == nullptr || app_->intake == nullptr) return;
  for (StreamLease& stream : app_->journal.Streams()) {
    auto found = std::find_if(writers_.begin(), writers_.end(),
                              [&](const auto& writer) { return writer->has_id && writer->id == stream->id(); });
    if (found == writers_.end()) continue;
    if (!stream->is_committed()) {
      (*found)->is_forgotten = true;
      CloseWriter(**found);
      hardness_.Count("forgotten_streams");
    }
    const Stream::State state = stream->Snapshot();
    if (!state.ended && !(*found)->written.IsBoundary(state.progress.end)) hardness_.Count("crashes_in_mid_frame");
  }
}

void World::NoteDiscards() {
  const std::string path = std::string(kSpoolRoot) + "/discards";
  if (!disk_.Exists(path)) return;
  const std::string bytes = disk_.Contents(path);
  for (size_t at = 0; at + kDiscardNoteBytes <= bytes.size(); at += kDiscardNoteBytes) {
    if (bytes.find_first_not_of('\0', at) == std::string::npos) return;
    const std::optional<DiscardNote> note = DecodeDiscardNote(std::string_view(bytes).substr(at, kDiscardNoteBytes));
    if (!note || note->stream.value == 0) continue;
    hardness_.Count("crashes_in_discard");
    if (note->open_bytes > 0) hardness_.Count("crashes_in_discard_piece");
  }
}

// When neither dockerd nor the product holds a FIFO, what it held is gone, and nobody could have saved it.
void World::LosePipes() {
  for (auto& writer : writers_) {
    if (!writer->is_closed || writer->is_unlinked) continue;
    const size_t bytes = disk_.PipeBytes(writer->fifo);
    writer->written.Lose(bytes);
    if (bytes > 0) hardness_.Count("pipes_lost");
    if (bytes > 0) Trace("loses " + std::to_string(bytes) + " in the pipe of " + writer->fifo);
    writer->is_unlinked = random_.Chance(0.5);
    // dockerd removes it, while nobody serves.
    if (writer->is_unlinked) disk_.Remove(writer->fifo);
  }
}

// What was synced is certain to be there afterwards; of a stream that has lost power before, nothing new is.
void World::NoteCertain() {
  const std::vector<std::string> paths = disk_.AllPaths();
  for (auto& writer : writers_) {
    CloseWriter(*writer);
    if (writer->has_lost_power || !writer->has_id) continue;
    writer->has_lost_power = true;
    for (const std::string& path : paths) {
      if (!path.ends_with(".log") || path.find("-" + writer->id.ToString() + "/") == std::string::npos) continue;
      const std::optional<uint64_t> start = ParseDecimal(path.substr(path.size() - 24, 20));
      const uint64_t bytes = disk_.DurableBytes(path);
      CHECK(start.has_value());
      if (bytes > 0) writer->certain.push_back({*start, *start + bytes});
      hardness_.Count(bytes > 0 ? "synced_segments" : "unsynced_segments");
    }
  }
}

void World::NoteAttached() {
  for (StreamLease& stream : app_->journal.Streams()) {
    if (!stream->ended()) hardness_.Count("reattached_streams");
  }
}

}  // namespace tailrace
