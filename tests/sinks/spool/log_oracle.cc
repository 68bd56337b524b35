#include "tests/sinks/spool/log_oracle.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>

#include "base/check.h"
#include "tests/fakes/log_frames.h"
#include "wire/line_joiner.h"

namespace tailrace {
namespace {

constexpr Source kSourcesInOrder[] = {Source::kStdout, Source::kStderr};

struct Line {
  Source source = Source::kStdout;
  int64_t time_nano = 0;
  std::optional<size_t> end;  // item
  size_t run = 0;             // in which it ends
  bool is_lost = false;       // its rest lies in a gap
  bool is_wanted = false;
};

struct Event {
  std::optional<size_t> line;  // of `lines`; a marker has none
  size_t run = 0;              // behind a marker
  Said said;
};

// One stream, line by line.
class Story {
 public:
  Story(const OracleStream& stream, bool follow) : stream_(stream), is_followed_(follow && !stream.was_ended) {
    const size_t n = follow ? stream.items.size() : stream.known;
    for (size_t i = 0; i < n; ++i) {
      const StreamItem& item = stream.items[i];
      if (item.is_gap) {
        TakeGap(item);
      } else {
        TakeFrame(item, i);
      }
    }
    if (follow ? stream.is_ended : stream.was_ended) TellGaps();
    if (!follow || stream.is_ended) EndOpenLines();
  }

  // Takes what it can of the last `left` lines.
  void ChooseTail(std::optional<uint64_t>& left) {
    for (Line& line : lines_) {
      if (!left || (is_followed_ && (!line.end || *line.end >= stream_.known))) line.is_wanted = true;
    }
    if (!left) return;
    for (Source source : {Source::kStderr, Source::kStdout}) {
      const std::optional<size_t> open = open_at_end_[static_cast<size_t>(source)];
      if (is_followed_ || !open || *left == 0) continue;
      lines_[*open].is_wanted = true;
      --*left;
    }
    ChooseRuns(*left);
    // Parts of lines that were cut for their length, before the rest was lost.
    for (Line& line : lines_) {
      if (line.is_lost && line.run >= first_run_) line.is_wanted = true;
    }
  }

  std::vector<Said> Tell(const ReadOptions& options, bool& is_over) const {
    std::vector<Said> said;
    for (const Event& event : events_) {
      if (event.line ? !lines_[*event.line].is_wanted : event.run <= first_run_) continue;
      if (options.since_ns && event.said.time_nano < *options.since_ns) continue;
      is_over = options.until_ns && event.said.time_nano > *options.until_ns;
      if (is_over) break;
      said.push_back(event.said);
    }
    return said;
  }

 private:
  struct Held {
    std::optional<size_t> line;
    std::string text;
    size_t pieces = 0;
  };

  void TakeGap(const StreamItem& gap) {
    for (Held& held : held_) {
      if (held.line) {
        lines_[*held.line].is_lost = true;
        lines_[*held.line].run = run_;
      }
      held = {};
    }
    ++run_;
    if (has_frame_) lost_[gap.reason] += gap.lost_lines;
  }

  void TellGaps() {
    for (const auto& [reason, lines] : lost_) {
      const std::string text =
          "tailrace: " + std::to_string(lines) + " lines lost here (" + std::string(GapReasonName(reason)) + ")\n";
      events_.push_back({std::nullopt, run_, {"stderr", time_, text}});
    }
    lost_.clear();
  }

  void TakeFrame(const StreamItem& item, size_t index) {
    has_frame_ = true;
    time_ = item.time_nano;
    TellGaps();
    Held& held = held_[static_cast<size_t>(item.source)];
    if (!held.line) {
      held.line = lines_.size();
      lines_.push_back({item.source, item.time_nano, std::nullopt, 0, false, false});
    }
    if (held.pieces == LineJoiner::kPiecesMax || held.text.size() + item.text.size() > LineJoiner::kLineBytesMax) {
      GiveOut(held, "");
    }
    held.text += item.text;
    ++held.pieces;
    if (!item.ends_line) return;
    lines_[*held.line].end = index;
    lines_[*held.line].run = run_;
    GiveOut(held, "\n");
    held = {};
  }

  void GiveOut(Held& held, const std::string& end) {
    const Line& line = lines_[*held.line];
    events_.push_back({held.line, 0, {std::string(SourceName(line.source)), line.time_nano, held.text + end}});
    held.text.clear();
    held.pieces = 0;
  }

  void EndOpenLines() {
    for (Source source : kSourcesInOrder) {
      Held& held = held_[static_cast<size_t>(source)];
      if (!held.line) continue;
      open_at_end_[static_cast<size_t>(source)] = held.line;
      GiveOut(held, "");
    }
  }

  // From the newest run without a gap backwards.
  void ChooseRuns(uint64_t& left) {
    const auto known_end = stream_.items.begin() + static_cast<std::ptrdiff_t>(stream_.known);
    const auto known_gaps = static_cast<size_t>(
        std::count_if(stream_.items.begin(), known_end, [](const StreamItem& item) { return item.is_gap; }));
    const bool ends_in_gap = stream_.known > 0 && stream_.items[stream_.known - 1].is_gap;
    first_run_ = is_followed_ ? known_gaps : SIZE_MAX;
    std::vector<std::vector<size_t>> runs(run_ + 1);
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].end && *lines_[i].end < stream_.known) runs[lines_[i].run].push_back(i);
    }
    size_t run = known_gaps + 1;
    if (ends_in_gap) --run;  // Nothing lies behind a gap at the end.
    while (run > 0 && left > 0) {
      --run;
      first_run_ = run;
      std::sort(runs[run].begin(), runs[run].end(), [&](size_t a, size_t b) { return lines_[a].end < lines_[b].end; });
      while (!runs[run].empty() && left > 0) {
        lines_[runs[run].back()].is_wanted = true;
        runs[run].pop_back();
        --left;
      }
      if (!runs[run].empty()) break;
    }
  }

  const OracleStream& stream_;
  const bool is_followed_;
  std::vector<Line> lines_;
  std::vector<Event> events_;
  std::array<Held, kSources> held_;
  std::array<std::optional<size_t>, kSources> open_at_end_;
  std::map<GapReason, uint64_t> lost_;
  bool has_frame_ = false;
  int64_t time_ = 0;
  size_t run_ = 0;
  size_t first_run_ = 0;  // markers in front of it are not shown
};

}  // namespace

std::vector<Said> ExpectedAnswer(const std::vector<OracleStream>& streams, const ReadOptions& options) {
  std::vector<Story> stories;
  for (const OracleStream& stream : streams) stories.emplace_back(stream, options.follow);
  std::optional<uint64_t> left;
  if (options.tail >= 0) left = static_cast<uint64_t>(options.tail);
  for (auto story = stories.rbegin(); story != stories.rend(); ++story) story->ChooseTail(left);
  std::vector<Said> answer;
  bool is_over = false;
  for (const Story& story : stories) {
    if (is_over) break;
    const std::vector<Said> said = story.Tell(options, is_over);
    answer.insert(answer.end(), said.begin(), said.end());
  }
  return answer;
}

std::string ToString(const std::vector<Said>& said) {
  std::string text;
  for (const Said& one : said) {
    text += one.source + " " + std::to_string(one.time_nano) + " [";
    for (char c : one.text) {
      const bool is_plain = c >= ' ' && c < 127;
      text += is_plain ? std::string(1, c) : c == '\n' ? std::string("\\n") : std::string("?");
    }
    text += "]\n";
  }
  return text;
}

void PrintTo(const Said& said, std::ostream* out) { *out << ToString({said}); }

std::vector<Said> ParseChunk(std::string_view bytes) {
  std::vector<Said> said;
  for (const proto::LogEntry& entry : ParseFrames(bytes)) {
    said.push_back({entry.source(), entry.time_nano(), entry.line()});
  }
  return said;
}

std::vector<Said> ReadAll(LogReader& reader, MonoTime deadline) {
  std::vector<Said> all;
  for (;;) {
    const LogReader::Chunk chunk = reader.Next(deadline);
    if (chunk.kind == LogReader::Chunk::Kind::kEnd || chunk.kind == LogReader::Chunk::Kind::kNothing) return all;
    CHECK(!chunk.bytes.empty());
    if (chunk.kind == LogReader::Chunk::Kind::kHeartbeat) continue;
    const std::vector<Said> said = ParseChunk(chunk.bytes);
    all.insert(all.end(), said.begin(), said.end());
  }
}

}  // namespace tailrace
