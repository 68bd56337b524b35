#include "tests/delivery_sim/delivery_world.h"

#include <algorithm>
#include <sstream>

#include "tests/fakes/fake_bulk_sink.h"

namespace tailrace {

namespace {

// A compressor whose work can be seen and undone.
std::string Deflate(std::string_view body) { return "Z" + std::string(body); }
std::string Inflate(std::string_view body) { return std::string(body.substr(1)); }

uint64_t SumOf(const std::map<std::string, uint64_t>& parts) {
  uint64_t sum = 0;
  for (const auto& [reason, count] : parts) sum += count;
  return sum;
}

bool HasTag(const FakeElasticsearch::Document& document, std::string_view tag) {
  return document.source.find(FakeBulkSink::Hex(tag)) != std::string::npos;
}

}  // namespace

DeliveryWorld::DeliveryWorld(uint64_t seed, DeliveryHardness& hardness)
    : hardness_(hardness), random_(seed), product_random_(seed * 7919 + 1), disk_(clock_) {
  disk_.MakeDirs(kFifoFolder);
  disk_.MakeDirs(kSpoolRoot);
  settings_.spool_sync = std::chrono::seconds(5);
  settings_.spool_limit = 64_MiB;
  settings_.spool_free = 0;
  for (size_t i = 0; i < kServers; ++i) {
    SimServer& server = servers_.emplace_back();
    server.fake = std::make_unique<FakeElasticsearch>(Inflate);
  }
  for (SimServer& server : servers_) {
    server.fake->next_fault = [this, &server] { return DrawFault(server); };
    server.fake->latency = [this] { return Nanos(std::chrono::milliseconds(random_.Between(1, 40))); };
    server.fake->breaks_request = [](const auto& document) { return HasTag(document, "breaker"); };
    server.fake->item_status = [this, &server](const auto& document) {
      if (HasTag(document, "poison")) return 400;
      if (server.weather.is_index_missing && document.index == "index-0") return 404;
      if (server.weather.is_index_away && document.index == "index-1") return 503;
      return server.weather.item_busy > 0 && random_.Chance(server.weather.item_busy) ? 429 : 0;
    };
  }
  Begin();
}

DeliveryWorld::~DeliveryWorld() {
  NoteStats();
  for (const SimServer& server : servers_) {
    hardness_.conflicts += server.fake->counts().conflicts;
    hardness_.unknown += server.fake->counts().unknown;
    hardness_.refused += server.fake->counts().refused;
  }
  app_.reset();
}

void DeliveryWorld::Complain(const std::string& what) {
  if (complaint_.empty()) complaint_ = what;
}

FakeElasticsearch::Fault DeliveryWorld::DrawFault(const SimServer& server) {
  using Fault = FakeElasticsearch::Fault;
  const Weather& weather = server.weather;
  if (server.is_stranger) return Fault::kUnauthorized;
  if (random_.Chance(weather.refused)) return Fault::kRefused;
  if (random_.Chance(weather.unauthorized)) return Fault::kUnauthorized;
  if (random_.Chance(weather.overloaded)) return random_.Chance(0.5) ? Fault::kTooMany : Fault::kUnavailable;
  if (random_.Chance(weather.reset)) return Fault::kResetBefore;
  if (!random_.Chance(weather.commit_break)) return Fault::kNone;
  constexpr Fault kBreaks[] = {Fault::kCommitReset, Fault::kCommitCut, Fault::kCommitGarbage, Fault::kHalfReset,
                               Fault::kLostItems};
  return kBreaks[random_.Below(std::size(kBreaks))];
}

ScriptedTransport::Reply DeliveryWorld::Serve(const ScriptedTransport::Request& request) {
  const std::string& url = request.settings.urls[request.url];
  SimServer& server = servers_[static_cast<size_t>(url.back() - '0')];
  server.fake->body_bytes_max = server.weather.body_bytes_max;
  server.is_stranger = request.settings.headers.front().second != server.password;
  return server.fake->Handle(request);
}

// Slots "s0" … "s2": one server each; "s0" of several containers share a destination.
Result<SlotPlan> DeliveryWorld::MakeSlot(const StreamFacts& facts, const std::string& slot) const {
  SlotPlan plan;
  plan.kind = "fake";
  plan.settings.urls = {std::string("http://server-") + slot.back()};
  plan.settings.headers = {{"Authorization", servers_[static_cast<size_t>(slot.back() - '0')].known_password}};
  plan.settings.gzip = true;
  plan.sink = std::make_unique<FakeBulkSink>("index-" + std::to_string(facts.container_id.back() % 2));
  plan.description.container_id = facts.container_id;
  plan.description.stream_id = facts.id.value;
  return plan;
}

void DeliveryWorld::Begin() {
  Delivery::Options options;
  options.make_slot = [this](const StreamFacts& facts, const std::string& slot) { return MakeSlot(facts, slot); };
  options.compress = Deflate;
  options.dead_letters.directory = std::string(kSpoolRoot) + "/dead";
  app_ = std::make_unique<DeliveryApp>(DeliveryApp::Seams{disk_, clock_, product_random_, log_}, settings_,
                                       [this](const auto& request) { return Serve(request); }, options);
  const Status status = app_->Begin();
  if (!status.ok() && status.code() != StatusCode::kNoSpace && status.code() != StatusCode::kGone) {
    Complain("begin: " + status.message());
  }
}

void DeliveryWorld::Run(const std::function<void()>& action) {
  try {
    action();
    if (!disk_.is_dead()) return;
  } catch (const SimulatedDeath&) {
  }
  Bury();
}

void DeliveryWorld::Bury(bool is_power_loss) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    ++hardness_.crashes;
    if (app_ != nullptr && app_->transport.in_flight() > 0) ++hardness_.crashes_in_flight;
    NoteStats();
    app_.reset();
    if (is_power_loss) disk_.PowerLoss(random_);
    disk_.Crash();
    is_power_loss = false;
    try {
      Begin();
      return;
    } catch (const SimulatedDeath&) {
    }
  }
  Complain("the process dies whenever it begins");
}

void DeliveryWorld::Kill() {
  disk_.DieAtCall(1, DeathMode::kBefore);
  Run([this] { (void)disk_.MakeDir("/last-breath"); });
}

void DeliveryWorld::LosePower() {
  ++hardness_.power_losses;
  for (const auto& stream : streams_) {
    stream->has_lost_power = true;
    stream->pipe.reset();
    stream->ledger.CutRest();
  }
  disk_.DieAtCall(1, DeathMode::kBefore);
  try {
    (void)disk_.MakeDir("/last-breath");
  } catch (const SimulatedDeath&) {
  }
  Bury(true);
}

void DeliveryWorld::ChangePassword(SimServer& server) {
  ++hardness_.passwords;
  server.password = std::to_string(std::stoull(server.password) + 1);  // The world's alone: a seed replays exactly.
  if (random_.Chance(0.5)) server.known_password = server.password;
}

void DeliveryWorld::NoteStats() {
  if (app_ == nullptr) return;
  for (const DestinationStats& stats : app_->delivery->CurrentStats(clock_.Now()).destinations) {
    hardness_.retries += stats.retries;
    hardness_.splits += stats.splits;
    hardness_.rewinds += stats.rewinds;
    hardness_.dead += stats.dead;
    hardness_.dropped += stats.dropped;
  }
}

void DeliveryWorld::StartStream() {
  auto stream = std::make_unique<SimStream>();
  stream->fifo = std::string(kFifoFolder) + "/fifo-" + std::to_string(made_++);
  stream->container = std::string(63, 'c') + static_cast<char>('0' + random_.Below(4));
  disk_.MakeFifo(stream->fifo);
  stream->pipe = disk_.OpenWriter(stream->fifo);
  StreamFacts facts;
  facts.started = clock_.WallNow();
  facts.fifo = stream->fifo;
  facts.container_id = stream->container;
  facts.container_name = "web";
  facts.slots = {"s0"};
  if (random_.Chance(0.4)) facts.slots.push_back("s1");
  if (random_.Chance(0.2)) facts.slots.push_back("s2");
  facts.spool.max_size_bytes = 256 * 1024;
  facts.spool.max_file = may_lose ? 1 : 1000;
  if (may_lose) facts.spool.backlog_bytes = 512_KiB;
  stream->slots = facts.slots;
  bool is_started = false;
  Run([&] {
    const Result<StreamId> id = app_->StartStream(facts);
    is_started = id.ok();
    if (id.ok()) stream->id = *id;
  });
  // A stream whose start was not answered is not promised anything.
  if (is_started && stream->id.value != 0) streams_.push_back(std::move(stream));
}

void DeliveryWorld::Write(SimStream& stream, size_t lines) {
  if (stream.pipe == nullptr) return;
  for (size_t i = 0; i < lines; ++i) {
    const char* tag = random_.Chance(0.002) ? "poison" : random_.Chance(0.001) ? "breaker" : "line";
    stream.ledger.AddLine(random_, clock_.WallNow(), tag);
  }
  Pump();
}

void DeliveryWorld::Pump() {
  for (const auto& stream : streams_) {
    if (stream->pipe == nullptr) continue;
    while (!stream->ledger.Rest().empty()) {
      const size_t taken = stream->pipe->Write(stream->ledger.Rest().substr(0, 4096));
      if (taken == 0) break;
      stream->ledger.Accept(taken);
    }
  }
}

void DeliveryWorld::Close(SimStream& stream) {
  if (stream.pipe == nullptr) return;
  // As dockerd does: StopLogging first, which waits until the pipe is empty. Bytes in a pipe that nobody holds are
  // gone.
  for (int i = 0; i < 1000 && disk_.PipeBytes(stream.fifo) > 0; ++i) IntakeTurn(std::chrono::milliseconds(10));
  stream.pipe->Close();
  stream.pipe.reset();
  stream.ledger.CutRest();
}

void DeliveryWorld::IntakeTurn(Nanos wait) {
  Run([&] { app_->intake->RunOnce(clock_.Now() + wait); });
  Pump();
}

void DeliveryWorld::DeliveryTurn(Nanos wait) {
  Run([&] {
    app_->delivery->RunOnce(clock_.Now() + wait);
    CheckBooks();
  });
}

void DeliveryWorld::HousekeeperTurn() {
  Run([&] { (void)app_->housekeeper.RunOnce(); });
}

void DeliveryWorld::RunFor(Nanos duration) {
  const MonoTime end = clock_.Now() + duration;
  while (clock_.Now() < end && complaint_.empty()) {
    IntakeTurn(std::chrono::milliseconds(5));
    DeliveryTurn(std::chrono::milliseconds(50));
    HousekeeperTurn();
  }
}

void DeliveryWorld::CheckBooks() {
  const DeliveryStats stats = app_->delivery->CurrentStats(clock_.Now());
  for (const DestinationStats& d : stats.destinations) {
    hardness_.holds += d.held_streams;
    const bool has_reasons = SumOf(d.dead_by) == d.dead && SumOf(d.dropped_by) == d.dropped &&
                             SumOf(d.retries_by) == d.retries;
    if (!has_reasons) Complain("something dead, dropped or sent again has no reason: " + d.label);
    if (d.taken == d.delivered + d.dead + d.dropped + d.corrupt + d.waiting) continue;
    std::ostringstream what;
    what << "books of " << d.label << ": taken " << d.taken << " delivered " << d.delivered << " dead " << d.dead
         << " dropped " << d.dropped << " corrupt " << d.corrupt << " waiting " << d.waiting;
    Complain(what.str());
  }
  if (stats.budget_bytes > Budget::kDefaultBytes + 4_MiB) Complain("the budget is overdrawn");
}

}  // namespace tailrace
