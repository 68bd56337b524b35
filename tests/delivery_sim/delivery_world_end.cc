// DeliveryWorld, the part that ends a run and checks it.
#include <algorithm>
#include <sstream>

#include "base/json.h"
#include "tests/delivery_sim/delivery_world.h"
#include "tests/fakes/fake_bulk_sink.h"

namespace tailrace {

namespace {

// Larger records may be refused by a server with a limit; one that takes more may have had them before.
constexpr size_t kLargeBytes = 14'000;

// Records that servers refuse. The mark is in a line's first piece.
bool IsPoison(std::string_view text) {
  return text.find("poison") != std::string_view::npos || text.find("breaker") != std::string_view::npos;
}

// A document as FakeBulkSink writes it.
std::string DocumentOf(const SimStream& stream, const Ledger::Expected& record, const Ledger::Cut& cut) {
  std::ostringstream json;
  json << "{\"text\":\"" << FakeBulkSink::Hex(cut.text)
       << "\",\"stderr\":" << (record.source == Source::kStderr ? "true" : "false") << ",\"time\":" << cut.time_nano
       << ",\"part\":" << (cut.is_part ? "true" : "false") << ",\"lost\":0,\"container\":\"" << stream.container
       << "\"}";
  return json.str();
}

}  // namespace

void DeliveryWorld::CalmDown() {
  disk_.DieAtCall(0, DeathMode::kBefore);
  disk_.ClearFailures();
  disk_.SetCapacity(1ull << 40);
  for (SimServer& server : servers_) {
    server.weather = {};
    server.known_password = server.password;
  }
}

bool DeliveryWorld::IsAllDelivered() {
  const DeliveryStats stats = app_->delivery->CurrentStats(clock_.Now());
  uint64_t waiting = stats.slots.size();
  for (const DestinationStats& destination : stats.destinations) waiting += destination.waiting + destination.in_flight;
  for (const auto& stream : streams_) waiting += disk_.PipeBytes(stream->fifo);
  return waiting == 0;
}

void DeliveryWorld::Finish() {
  CalmDown();
  RunFor(std::chrono::seconds(1));
  for (const auto& stream : streams_) Close(*stream);
  // Back-off, Retry-After and holds may take a minute each.
  for (int i = 0; i < 300 && complaint_.empty(); ++i) {
    RunFor(std::chrono::seconds(1));
    if (IsAllDelivered()) break;
  }
  if (complaint_.empty() && !IsAllDelivered()) {
    std::ostringstream what;
    what << "not all is delivered:";
    for (const DestinationStats& d : app_->delivery->CurrentStats(clock_.Now()).destinations) {
      what << " [" << d.label << " waiting " << d.waiting << " streams " << d.streams << " held " << d.held_streams
           << " in flight " << d.in_flight << " back-off " << d.backoff_seconds << " error " << d.last_error << "]";
    }
    for (const SlotStats& slot : app_->delivery->CurrentStats(clock_.Now()).slots) what << " " << slot.problem;
    Complain(what.str());
  }
  if (complaint_.empty()) CheckAll();
}

void DeliveryWorld::ReadDead() {
  const std::string directory = std::string(kSpoolRoot) + "/dead";
  const Result<std::vector<DeadLetterFile>> files = ListDeadLetters(disk_, directory);
  if (!files.ok()) return Complain(files.status().message());
  for (const DeadLetterFile& file : *files) {
    const Status status = ReadDeadLetters(disk_, file.path, [this](const DeadLetter& letter) {
      dead_[letter.slot + "/" + FakeBulkSink::IdOf(letter.stream_id, letter.offset, false)] = letter;
      return true;
    });
    if (!status.ok()) Complain(status.message());
  }
}

void DeliveryWorld::CheckAll() {
  ReadDead();
  for (const auto& stream : streams_) {
    for (const std::string& slot : stream->slots) CheckSlot(*stream, slot);
  }
  CheckInvented();
}

void DeliveryWorld::CheckSlot(const SimStream& stream, const std::string& slot) {
  uint64_t lines = 0;
  uint64_t missing = 0;
  for (const Ledger::Expected& record : stream.ledger.Records()) {
    if (record.ends_line) ++lines;
    const bool is_there = CheckRecord(stream, slot, record);
    if (!is_there && record.ends_line) ++missing;
  }
  hardness_.lines += lines;
  if (!stream.has_lost_power) CheckCursor(stream, slot, lines, missing);
}

// False: it is nowhere.
bool DeliveryWorld::CheckRecord(const SimStream& stream, const std::string& slot, const Ledger::Expected& record) {
  // The tail of a line whose head was lost has an id of its own.
  const size_t places = may_lose ? record.pieces.size() : 1;
  bool is_there = false;
  for (size_t from = 0; from < places; ++from) is_there |= CheckFrom(stream, slot, record, from);
  if (!is_there && !may_lose && !stream.has_lost_power) {
    Complain("a record of " + slot + " is missing: " + record.text.substr(0, 60));
  }
  return is_there;
}

// What came of the record's pieces from one on: a document, a dead letter, or nothing (false).
bool DeliveryWorld::CheckFrom(const SimStream& stream, const std::string& slot, const Ledger::Expected& record,
                              size_t from) {
  const std::string id = FakeBulkSink::IdOf(stream.id.value, record.pieces[from].begin, false);
  expected_ids_.insert(slot + "/" + id);
  const auto found = servers_[static_cast<size_t>(slot.back() - '0')].fake->Find(id);
  const auto dead = dead_.find(slot + "/" + id);
  if (found.empty() && dead == dead_.end()) return false;
  if (found.size() > 1) {
    hardness_.twice += found.size() - 1;
    if (!has_rolled_over) Complain("document " + id + " came " + std::to_string(found.size()) + " times");
  }
  if (stream.has_lost_power) return true;
  const std::vector<Ledger::Cut> cuts = may_lose ? record.CutsFrom(from) : std::vector{record.Whole()};
  if (dead != dead_.end()) {
    const std::string& text = dead->second.text;
    const bool is_right = std::any_of(cuts.begin(), cuts.end(), [&](const Ledger::Cut& cut) { return cut.text == text; });
    if (!is_right) Complain("a dead letter has another text: " + id);
    if (!IsPoison(text) && text.size() <= kLargeBytes) Complain("a wrong dead letter: " + id);
    if (IsPoison(text) && !found.empty()) Complain("a dead letter is in the index, too: " + id);
  }
  for (const FakeElasticsearch::Document* document : found) {
    const bool is_right = std::any_of(cuts.begin(), cuts.end(), [&](const Ledger::Cut& cut) {
      return document->source == DocumentOf(stream, record, cut) && !IsPoison(cut.text);
    });
    if (!is_right) Complain("document " + id + " is " + document->source.substr(0, 300));
  }
  return true;
}

// The cursor's totals balance, and nothing is missing that is not counted.
void DeliveryWorld::CheckCursor(const SimStream& stream, const std::string& slot, uint64_t lines, uint64_t missing) {
  std::string directory;
  for (const std::string& path : disk_.AllPaths()) {
    if (path.ends_with(stream.id.ToString() + "/cursor." + slot)) directory = path;
  }
  if (directory.empty()) {
    if (missing > 0 && !may_lose) Complain("no cursor of stream " + stream.id.ToString());
    return;
  }
  const Result<CursorFile> file = CursorFile::Peek(disk_, directory);
  if (!file.ok()) return Complain("cursor: " + file.status().message());
  uint64_t counted = 0;
  uint64_t dropped = 0;
  uint64_t corrupt = 0;
  for (const SourceCursor& source : file->cursor().sources) {
    counted += source.lines;
    dropped += source.dropped;
    corrupt += source.corrupt;
    if (source.lines == source.delivered + source.dead + source.dropped + source.corrupt) continue;
    Complain("the cursor of " + stream.id.ToString() + " does not balance");
  }
  std::ostringstream what;
  what << "stream " << stream.id.ToString() << " " << slot << ": " << lines << " lines, counted " << counted
       << ", dropped " << dropped << ", corrupt " << corrupt << ", missing " << missing;
  // Nothing is damaged here. But a line that was never ended, and lost in a gap that others follow, is found to be
  // missing at the end alone.
  const uint64_t corrupt_max = may_lose ? kSources : 0;
  if (counted != lines || missing > dropped + corrupt || corrupt > corrupt_max) Complain(what.str());
}

void DeliveryWorld::CheckInvented() {
  std::set<std::string> known;
  for (const auto& stream : streams_) {
    if (!stream->has_lost_power) known.insert(stream->id.ToString());
  }
  for (size_t i = 0; i < servers_.size(); ++i) {
    for (const FakeElasticsearch::Document& document : servers_[i].fake->documents()) {
      if (document.id.ends_with("m")) {
        ++hardness_.markers;
        const bool is_kept = !may_lose && known.contains(document.id.substr(0, 16));
        if (is_kept) Complain("a marker, and nothing was lost: " + document.id);
        continue;
      }
      const bool is_ours = known.contains(document.id.substr(0, 16));
      const bool is_expected = expected_ids_.contains("s" + std::to_string(i) + "/" + document.id);
      if (is_ours && !is_expected) Complain("an invented document: " + document.id);
    }
  }
}

}  // namespace tailrace
