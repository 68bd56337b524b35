#include "tests/sim/log_check.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/check.h"
#include "tests/fakes/log_frames.h"

namespace tailrace {

namespace {

constexpr std::string_view kMarkerStart = "tailrace: ";
constexpr std::string_view kMarkerMiddle = " lines lost here";

std::string Shown(const LogLine& line) {
  return std::string(SourceName(line.source)) + " \"" + line.text.substr(0, 20) + "\" of " +
         std::to_string(line.text.size());
}

// The lines of one stream: its frames joined per source.
struct JoinedLine {
  Source source = Source::kStdout;
  std::vector<size_t> pieces;  // marks
  bool is_ended = false;
};

std::vector<JoinedLine> Join(const Written& written) {
  std::vector<JoinedLine> lines;
  std::array<JoinedLine, kSources> open;
  for (size_t i = 0; i < written.marks().size(); ++i) {
    const Written::Mark& mark = written.marks()[i];
    if (mark.end > written.accepted()) break;
    JoinedLine& line = open[static_cast<size_t>(mark.source)];
    line.source = mark.source;
    line.pieces.push_back(i);
    line.is_ended = mark.ends_line;
    if (mark.ends_line) lines.push_back(std::exchange(line, {}));
  }
  for (JoinedLine& line : open) {
    if (!line.pieces.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

LogLine MakeLine(const Written& written, const JoinedLine& line, size_t from, size_t to) {
  LogLine made;
  made.source = line.source;
  made.time_nano = written.marks()[line.pieces[from]].time_nano;
  for (size_t i = from; i < to; ++i) made.text += written.Text(written.marks()[line.pieces[i]]);
  if (line.is_ended && to == line.pieces.size()) made.text += "\n";
  return made;
}

bool HasGapBetween(const StreamRead& read, uint64_t from, uint64_t to) {
  return std::any_of(read.gaps.begin(), read.gaps.end(), [&](const StreamRead::Gap& gap) {
    return gap.range.from >= from && gap.range.to <= to;
  });
}

// What an answer must hold, and what it may hold besides: parts of lines that lost a piece, or that are open.
struct Expectation {
  std::vector<LogLine> lines;
  std::set<std::string> fragments;
  uint64_t lines_lost = 0;
};

void Expect(const LogStream& stream, Expectation& expectation) {
  const Written& written = *stream.written;
  const StreamRead& read = stream.read;
  for (const JoinedLine& line : Join(written)) {
    size_t from = 0;
    for (size_t i = 0; i <= line.pieces.size(); ++i) {
      const bool is_seen = i < line.pieces.size() && read.is_seen[line.pieces[i]];
      const bool is_apart = is_seen && i > from && HasGapBetween(read, written.marks()[line.pieces[i - 1]].end,
                                                                 written.marks()[line.pieces[i]].start);
      if (is_seen && !is_apart) continue;
      const bool is_whole = from == 0 && i == line.pieces.size() && line.is_ended;
      if (is_whole) expectation.lines.push_back(MakeLine(written, line, 0, i));
      if (!is_whole && i > from) expectation.fragments.insert(MakeLine(written, line, from, i).text);
      from = is_apart ? i : i + 1;
    }
  }
  for (const StreamRead::Gap& gap : read.gaps) {
    const size_t behind = written.FrameEndingBehind(gap.range.from);
    const auto first = read.is_seen.begin();
    const bool is_middle = std::find(first, first + static_cast<std::ptrdiff_t>(behind), true) !=
                           first + static_cast<std::ptrdiff_t>(behind);
    if (is_middle) expectation.lines_lost += gap.lines;
  }
}

}  // namespace

void AppendLogLines(std::string_view chunk, std::vector<LogLine>& lines) {
  for (const proto::LogEntry& entry : ParseFrames(chunk)) {
    if (entry.source().empty()) continue;
    LogLine line;
    line.source = entry.source() == "stderr" ? Source::kStderr : Source::kStdout;
    line.time_nano = entry.time_nano();
    line.text = entry.line();
    const size_t middle = line.text.find(kMarkerMiddle);
    line.is_marker = line.text.starts_with(kMarkerStart) && middle != std::string::npos;
    if (line.is_marker) line.lines_lost = std::stoull(line.text.substr(kMarkerStart.size()));
    lines.push_back(std::move(line));
  }
}

std::vector<LogLine> ReadWholeLog(LogReader& reader) {
  std::vector<LogLine> lines;
  for (;;) {
    const LogReader::Chunk chunk = reader.Next(MonoTime{0});
    if (chunk.kind == LogReader::Chunk::Kind::kEnd) return lines;
    AppendLogLines(chunk.bytes, lines);
  }
}

std::vector<LogLine> WithoutMarkers(const std::vector<LogLine>& lines) {
  std::vector<LogLine> kept;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(kept),
               [](const LogLine& line) { return !line.is_marker; });
  return kept;
}

std::string CompareWholeLog(const std::vector<LogStream>& streams, const std::vector<LogLine>& answer) {
  Expectation expectation;
  for (const LogStream& stream : streams) Expect(stream, expectation);
  size_t next = 0;
  uint64_t lines_lost = 0;
  for (const LogLine& line : answer) {
    lines_lost += line.lines_lost;
    if (line.is_marker) continue;
    if (next < expectation.lines.size() && expectation.lines[next] == line) {
      ++next;
    } else if (!expectation.fragments.contains(line.text)) {
      return "docker logs: " + Shown(line) + " instead of " +
             (next < expectation.lines.size() ? Shown(expectation.lines[next]) : "nothing");
    }
  }
  if (next < expectation.lines.size()) return "docker logs: misses " + Shown(expectation.lines[next]);
  if (lines_lost == expectation.lines_lost) return {};
  return "docker logs: tells " + std::to_string(lines_lost) + " lines lost instead of " +
         std::to_string(expectation.lines_lost);
}

std::string CompareChosenLog(const std::vector<LogLine>& whole, const ReadOptions& options,
                             const std::vector<LogLine>& part) {
  std::vector<LogLine> expected = WithoutMarkers(whole);
  if (options.tail >= 0 && static_cast<size_t>(options.tail) < expected.size()) {
    expected.erase(expected.begin(), expected.end() - options.tail);
  }
  // The first line later than until ends the answer.
  auto end = std::find_if(expected.begin(), expected.end(), [&](const LogLine& line) {
    return options.until_ns && line.time_nano > *options.until_ns;
  });
  expected.erase(end, expected.end());
  std::erase_if(expected, [&](const LogLine& line) { return options.since_ns && line.time_nano < *options.since_ns; });
  const std::vector<LogLine> got = WithoutMarkers(part);
  if (got == expected) return {};
  const auto [a, b] = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
  return "docker logs, chosen by tail " + std::to_string(options.tail) +
         (options.since_ns ? " since " + std::to_string(*options.since_ns) : "") +
         (options.until_ns ? " until " + std::to_string(*options.until_ns) : "") + ": " + std::to_string(got.size()) +
         " lines instead of " + std::to_string(expected.size()) + "; differs at " + std::to_string(a - got.begin()) +
         ": " + (a == got.end() ? "end" : Shown(*a)) + " instead of " + (b == expected.end() ? "end" : Shown(*b));
}

std::string CompareSlowLog(const std::vector<const Written*>& streams, const std::vector<LogLine>& answer) {
  // Several streams may be followed at once, so that only what each line is can be said, and that none comes twice.
  std::map<std::string, size_t> left;
  std::set<std::string> rests;  // of lines whose beginning was lost
  for (const Written* written : streams) {
    for (const JoinedLine& line : Join(*written)) {
      const size_t pieces = line.pieces.size();
      ++left[MakeLine(*written, line, 0, pieces).text];
      for (size_t from = 1; from < pieces; ++from) rests.insert(MakeLine(*written, line, from, pieces).text);
    }
  }
  for (const LogLine& line : answer) {
    if (line.is_marker || !line.text.ends_with("\n") || rests.contains(line.text)) continue;
    auto found = left.find(line.text);
    if (found == left.end()) return "slow docker logs: nobody wrote " + Shown(line);
    if (found->second == 0) return "slow docker logs: comes twice, " + Shown(line);
    --found->second;
  }
  return {};
}

}  // namespace tailrace
