#include "tests/delivery_sim/ledger.h"

#include <array>
#include <utility>

#include "tests/fakes/log_frames.h"

namespace tailrace {

namespace {

constexpr size_t kPiecesMax = 64;
constexpr size_t kLineBytesMax = 1 << 20;

size_t DrawBytes(SeededRandom& random) {
  const uint64_t kind = random.Below(1000);
  if (kind < 900) return random.Between(0, 150);
  if (kind < 980) return random.Between(150, 4000);
  if (kind < 997) return random.Between(4000, kDockerChunkBytes - 1);
  return random.Between(kDockerChunkBytes, 3 * kDockerChunkBytes);
}

}  // namespace

std::vector<Ledger::Cut> Ledger::Expected::CutsFrom(size_t from) const {
  std::vector<Cut> cuts;
  const size_t begin = from == 0 ? 0 : pieces[from - 1].text_end;
  const bool is_tail = from == 0 ? is_part : !pieces[from].begins_line;
  for (size_t last = from; last < pieces.size(); ++last) {
    const std::string left = text.substr(begin, pieces[last].text_end - begin);
    cuts.push_back({left, pieces[from].time_nano, true});
    if (last + 1 == pieces.size()) cuts.push_back({left, pieces[from].time_nano, is_tail});
  }
  return cuts;
}

void Ledger::AddFrame(std::string_view frame, Piece piece) {
  piece.begin = bytes_.size();
  bytes_ += frame;
  piece.end = bytes_.size();
  pieces_.push_back(std::move(piece));
}

void Ledger::AddLine(SeededRandom& random, WallTime now, std::string_view tag) {
  const bool is_stderr = random.Chance(0.3);
  const Source source = is_stderr ? Source::kStderr : Source::kStdout;
  const Source other = is_stderr ? Source::kStdout : Source::kStderr;
  std::string text = std::string(tag) + " " + std::to_string(number_++) + " ";
  text.resize(std::max(text.size(), DrawBytes(random)), static_cast<char>('a' + random.Below(26)));
  if (random.Chance(0.05)) text.back() = '\xff';
  const LineEnd end = random.Chance(0.004) ? LineEnd::kOpen : LineEnd::kNewline;
  bool is_first = true;
  const std::vector<std::string> frames = SplitLine(SourceName(source), now.ns, text, end);
  for (size_t i = 0; i < frames.size(); ++i) {
    // Between the pieces of a line stand lines of the other source.
    if (i > 0 && random.Chance(0.3)) {
      const std::string between = std::string(tag) + " between " + std::to_string(number_++);
      AddFrame(Frame(SourceName(other), now.ns, between), {0, 0, other, between, now.ns, true, true});
    }
    const proto::LogEntry entry = ParseFrames(frames[i]).front();
    const bool ends = !entry.partial() || entry.partial_log_metadata().last();
    AddFrame(frames[i], {0, 0, source, entry.line(), now.ns, ends, std::exchange(is_first, false)});
  }
}

void Ledger::CutRest() {
  while (!pieces_.empty() && pieces_.back().end > accepted_) pieces_.pop_back();
  bytes_.resize(accepted_);
}

std::vector<Ledger::Expected> Ledger::Records() const {
  struct Open {
    Expected record;
    size_t pieces = 0;
  };
  std::array<Open, kSources> open;
  std::vector<Expected> records;
  for (const Piece& piece : pieces_) {
    if (piece.end > accepted_) break;
    Open& line = open[static_cast<size_t>(piece.source)];
    if (line.pieces == kPiecesMax || line.record.text.size() + piece.text.size() > kLineBytesMax) {
      line.record.ends_line = false;
      line.record.is_part = true;
      records.push_back(std::exchange(line, {}).record);
    }
    if (line.pieces == 0) {
      line.record.first = piece.begin;
      line.record.source = piece.source;
      line.record.time_nano = piece.time_nano;
      line.record.is_part = !piece.is_first;
    }
    ++line.pieces;
    line.record.text += piece.text;
    line.record.pieces.push_back({piece.begin, line.record.text.size(), piece.time_nano, piece.is_first});
    line.record.end = piece.end;
    if (piece.ends_line) records.push_back(std::exchange(line, {}).record);
  }
  for (const Open& line : open) {
    if (line.pieces > 0) records.push_back(line.record);
  }
  return records;
}

}  // namespace tailrace
