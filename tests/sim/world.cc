#include "tests/sim/world.h"

#include <algorithm>

#include "wire/frame.h"

namespace tailrace {

namespace {

constexpr size_t kTraceShown = 80;
constexpr size_t kLogShown = 20;
constexpr size_t kColumnsShown = 300;
constexpr Nanos kStep = std::chrono::milliseconds(50);
constexpr Nanos kHousekeeperStep = std::chrono::milliseconds(500);
constexpr Nanos kStopMax = std::chrono::seconds(2);

const char* FullName(SpoolFull full) {
  switch (full) {
    case SpoolFull::kDropOldest: return "drop-oldest";
    case SpoolFull::kDropNewest: return "drop-newest";
    case SpoolFull::kBlock: return "block";
  }
  return "";
}

}  // namespace

World::World(const Options& options, Hardness& hardness)
    : may_discard(options.may_discard),
      seed_(options.seed),
      settings_(options.housekeeping),
      hardness_(hardness),
      random_(options.seed),
      product_random_(options.seed ^ 0x5eed),
      disk_(clock_),
      traffic_(random_),
      buffer_(kFrameHeaderBytes + kFrameBodyBytesMax) {
  disk_.MakeDirs(kFifoFolder);
  if (options.before_start) options.before_start(disk_);
  Revive();
}

World::~World() {
  if (before_end) before_end();
  disk_.DieAtCall(0, DeathMode::kBefore);
  app_.reset();
  writers_.clear();
}

void World::Complain(const std::string& what) {
  if (complaint_.empty()) complaint_ = "seed " + std::to_string(seed_) + ": " + what;
}

void World::Trace(const std::string& what) {
  trace_.push_back(std::to_string(clock_.Now().ns / 1'000'000) + "ms " + what);
}

std::string World::TraceText() {
  std::string text;
  const std::vector<MemoryLog::Line> said = log_.lines();
  for (size_t i = said.size() > kLogShown ? said.size() - kLogShown : 0; i < said.size(); ++i) {
    text += "said: " + said[i].text.substr(0, kColumnsShown) + "\n";
  }
  const size_t begin = trace_.size() > kTraceShown ? trace_.size() - kTraceShown : 0;
  for (size_t i = begin; i < trace_.size(); ++i) text += trace_[i] + "\n";
  return text;
}

void World::Run(const std::function<void()>& action) {
  bool has_died = false;
  try {
    action();
  } catch (const SimulatedDeath&) {
    has_died = true;
  }
  if (has_died) Bury(death_is_power_loss_);
}

size_t World::AddContainer(const SpoolSettings& spool) {
  SimContainer container;
  container.spool = spool;
  std::string& id = container.info.id;
  for (int word = 0; word < 4; ++word) id += Hex64(random_.Next64());
  container.info.name = "/c" + std::to_string(containers_.size());
  auto& config = container.info.config;
  config["max-size"] = std::to_string(spool.max_size_bytes);
  config["max-file"] = std::to_string(spool.max_file);
  config["spool-full"] = FullName(spool.spool_full);
  config["spool-block-max"] = std::to_string(spool.block_max.count() / 1'000'000) + "ms";
  containers_.push_back(std::move(container));
  return containers_.size() - 1;
}

SimWriter& World::StartWriter(size_t container) {
  SimWriter& writer = *writers_.emplace_back(std::make_unique<SimWriter>());
  writer.container = container;
  writer.fifo = std::string(kFifoFolder) + "/" + Hex64(++fifos_made_);
  disk_.MakeFifo(writer.fifo);
  writer.pipe = disk_.OpenWriter(writer.fifo);
  Trace("start container " + std::to_string(container) + " writer " + std::to_string(writers_.size() - 1));
  Run([&] {
    const Status status = app_->driver->Start({writer.fifo, containers_[container].info});
    if (!status.ok()) return Complain("StartLogging refused: " + status.message());
    writer.id = app_->journal.FindFifo(writer.fifo)->id();
    writer.has_id = true;
  });
  // A start that was not answered fails the container; nothing flows, and nobody else will close the FIFO.
  if (!writer.has_id) CloseWriter(writer);
  return writer;
}

void World::Pump(SimWriter& writer) {
  while (!writer.is_closed && !writer.written.Rest().empty()) {
    const size_t taken = writer.pipe->Write(writer.written.Rest());
    writer.written.Accept(taken);
    if (taken == 0) return;
  }
}

void World::PumpAll() {
  for (auto& writer : writers_) Pump(*writer);
}

void World::CloseWriter(SimWriter& writer) {
  writer.is_closed = true;
  writer.pipe->Close();
}

void World::StopWriter(SimWriter& writer) {
  if (writer.is_closed) return;
  // dockerd's copier has handed on what the container wrote before the logger is closed; it gives up after a while.
  for (Nanos waited{0}; waited < kStopMax && !writer.is_closed; waited += kStep) {
    Pump(writer);
    if (writer.written.Rest().empty() && disk_.PipeBytes(writer.fifo) == 0) break;
    IntakeTurn(kStep);
  }
  CloseWriter(writer);
}

void World::UnlinkClosed() {
  for (auto& writer : writers_) {
    if (!writer->is_closed || writer->is_unlinked || disk_.PipeBytes(writer->fifo) > 0) continue;
    writer->is_unlinked = true;
    Trace("unlink " + writer->fifo + " accepted " + std::to_string(writer->written.accepted()));
    Run([&] { (void)disk_.Unlink(writer->fifo); });
  }
}

void World::IntakeTurn(Nanos wait) {
  Run([&] { app_->intake->RunOnce(clock_.Now() + wait); });
  // dockerd waits in write(2), perhaps in the middle of a frame, and goes on as soon as there is room.
  PumpAll();
}

void World::HousekeeperTurn() {
  Run([&] { (void)app_->housekeeper.RunOnce(); });
}

void World::RunFor(Nanos duration) {
  const MonoTime end = clock_.Now() + duration;
  MonoTime next_housekeeping = clock_.Now();
  while (clock_.Now() < end && complaint_.empty()) {
    PumpAll();
    const MonoTime before = clock_.Now();
    const MonoTime deadline = std::min(before + kStep, end);
    IntakeTurn(deadline - before);
    // Turns that were woken take a little time all the same, or the clock would stand still.
    clock_.Advance(std::chrono::milliseconds(1));
    if (clock_.Now() < next_housekeeping) continue;
    HousekeeperTurn();
    next_housekeeping = clock_.Now() + kHousekeeperStep;
  }
}

}  // namespace tailrace
