// LogCheck: what `docker logs` answers, held against what was written and what the journal still has of it. Pure but
// for reading.
#pragma once

#include <string>
#include <vector>

#include "sinks/spool/log_reader.h"
#include "tests/sim/read_back.h"
#include "tests/sim/written.h"

namespace tailrace {

struct LogLine {
  Source source = Source::kStdout;
  int64_t time_nano = 0;
  std::string text;       // with its newline, if it has one
  bool is_marker = false;
  uint64_t lines_lost = 0;  // a marker's
  friend bool operator==(const LogLine&, const LogLine&) = default;
};

// Adds what a chunk holds; heartbeats are left out.
void AppendLogLines(std::string_view chunk, std::vector<LogLine>& lines);
// A whole answer without follow.
std::vector<LogLine> ReadWholeLog(LogReader& reader);
std::vector<LogLine> WithoutMarkers(const std::vector<LogLine>& lines);

// One stream of the container, by run.
struct LogStream {
  const Written* written = nullptr;
  StreamRead read;
};

// Why `answer`, which was asked for everything, is not what the streams hold; empty: it is.
std::string CompareWholeLog(const std::vector<LogStream>& streams, const std::vector<LogLine>& answer);
// Why `part`, asked for with `options`, does not follow from `whole`; empty: it does.
std::string CompareChosenLog(const std::vector<LogLine>& whole, const ReadOptions& options,
                             const std::vector<LogLine>& part);

// Why `answer` of a slow reader or a follower is wrong: a line that nobody wrote, or one that comes twice; empty: it is
// not.
std::string CompareSlowLog(const std::vector<const Written*>& streams, const std::vector<LogLine>& answer);

}  // namespace tailrace
