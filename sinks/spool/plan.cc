#include "sinks/spool/plan.h"

#include <algorithm>
#include <memory>

namespace tailrace {
namespace {

// Retention may take away the segment that is being looked at; more often than this it cannot.
constexpr int kSeeksMax = 8;

// `lines`: how many of the last lines are wanted, counted down; nothing: all.
Result<StreamStart> SeekIn(StreamMap& map, const ReadOptions& options, std::optional<uint64_t>& lines) {
  const bool is_followed = options.follow && !map.ended();
  Result<StreamStart> start = lines ? SeekTail(map, *lines, !is_followed) : SeekFirst(map);
  if (start.ok() && options.since_ns) {
    const Status status = SeekSince(map, *options.since_ns, *start);
    if (!status.ok()) return status;
  }
  return start;
}

StreamStart AllThatIsHere(const StreamMap& map) {
  StreamStart start;
  start.offset = map.first();
  start.wanted_from = start.offset;
  start.knows_counts = start.offset == 0;
  return start;
}

}  // namespace

std::vector<PlannedStream> PlanAnswer(Disk& disk, const std::vector<StreamLease>& streams, const ReadOptions& options,
                                      LogReader::Stats& stats) {
  std::vector<std::unique_ptr<StreamMap>> maps;
  for (const StreamLease& stream : streams) maps.push_back(std::make_unique<StreamMap>(disk, *stream));
  std::optional<uint64_t> lines;
  if (options.tail >= 0) lines = static_cast<uint64_t>(options.tail);
  std::vector<PlannedStream> plan;
  for (size_t i = streams.size(); i > 0; --i) {
    std::unique_ptr<StreamMap>& map = maps[i - 1];
    if (lines == uint64_t{0} && (map->ended() || !options.follow)) continue;
    const std::optional<uint64_t> lines_before = lines;
    Result<StreamStart> start = SeekIn(*map, options, lines);
    for (int seek = 1; seek < kSeeksMax && start.status().code() == StatusCode::kNotFound; ++seek) {
      map = std::make_unique<StreamMap>(disk, *streams[i - 1]);
      lines = lines_before;
      start = SeekIn(*map, options, lines);
    }
    stats.blocks_read += map->blocks_read();
    stats.bytes_read += map->bytes_read();
    PlannedStream planned{i - 1, start.ok() ? *start : AllThatIsHere(*map), std::nullopt, std::nullopt};
    if (!map->ended()) planned.history_end = map->whole_end();
    if (!options.follow) planned.end = map->whole_end();
    plan.push_back(planned);
  }
  std::reverse(plan.begin(), plan.end());
  return plan;
}

}  // namespace tailrace
