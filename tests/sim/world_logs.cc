// World: what `docker logs` says, held against what the journal holds.
#include <algorithm>

#include "tests/sim/log_check.h"
#include "tests/sim/world.h"

namespace tailrace {

namespace {

// Times between the first and the last line, and a bit beyond.
int64_t DrawTime(SeededRandom& random, const std::vector<LogLine>& lines) {
  if (lines.empty()) return FakeClock::kStart.ns;
  const LogLine& any = lines[random.Below(lines.size())];
  return any.time_nano + static_cast<int64_t>(random.Below(3)) - 1;
}

}  // namespace

std::vector<LogLine> World::AskLog(size_t container, const ReadOptions& options) {
  LogReader reader(disk_, clock_, app_->journal, containers_[container].info.id, options);
  return ReadWholeLog(reader);
}

// Nothing for a container with a stream of which not everything is certain.
std::optional<std::vector<LogStream>> World::LogStreamsOf(size_t container) {
  std::vector<LogStream> streams;
  for (const StreamLease& stream : app_->journal.Find(containers_[container].info.id)) {
    auto found = std::find_if(writers_.begin(), writers_.end(),
                              [&](const auto& writer) { return writer->has_id && writer->id == stream->id(); });
    if (found == writers_.end()) continue;  // Of a start that nobody saw answered: it is empty.
    if ((*found)->has_lost_power || (*found)->is_forgotten) return std::nullopt;
    streams.push_back({&(*found)->written, ReadBack(disk_, *stream, (*found)->written, buffer_, {})});
  }
  return streams;
}

void World::CheckLogs(size_t container) {
  Run([&] {
    const std::optional<std::vector<LogStream>> streams = LogStreamsOf(container);
    const std::vector<LogLine> whole = AskLog(container, {});
    if (!streams) return;
    hardness_.Count("logs_checked");
    std::string complaint = CompareWholeLog(*streams, whole);
    // A stream whose segments could not be read when it was loaded has no counts, until the next start.
    for (int i = 0; i < 3 && complaint.empty() && !has_failed; ++i) {
      ReadOptions options;
      if (random_.Chance(0.6)) options.tail = static_cast<int64_t>(random_.Below(WithoutMarkers(whole).size() + 3));
      if (random_.Chance(0.4)) options.since_ns = DrawTime(random_, whole);
      if (random_.Chance(0.3)) options.until_ns = DrawTime(random_, whole);
      complaint = CompareChosenLog(whole, options, AskLog(container, options));
    }
    if (!complaint.empty()) Complain("container " + std::to_string(container) + ": " + complaint);
  });
}

}  // namespace tailrace
