// Retention: which segments go, and which streams are at a limit: a pure function of what there is. The housekeeper
// gathers and acts. Whole segments only, oldest first, never the newest of a live stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/intake_control.h"
#include "journal/stream.h"

namespace tailrace {

struct RetentionStream {
  StreamId id;
  bool is_live = false;
  int64_t started_ns = 0;
  std::vector<Segment> segments;
  // Everything before it has been delivered by every slot; UINT64_MAX without slots.
  uint64_t settled = UINT64_MAX;
};

struct RetentionContainer {
  SpoolFull spool_full = SpoolFull::kDropOldest;
  uint64_t history_bytes = 0;
  uint64_t backlog_bytes = UINT64_MAX;
  std::vector<RetentionStream> streams;  // by run
};

struct RetentionLimits {
  uint64_t spool_bytes_max = UINT64_MAX;  // spool-limit: all segments together
  uint64_t free_bytes_min = 0;            // spool-free: what must stay free on the file system
  uint64_t free_bytes = UINT64_MAX;       // what is free now
  size_t streams_max = 1000;              // of a container
};

struct RetentionPlan {
  struct Drop {
    StreamId stream;
    uint64_t keep_from = 0;  // segments that start before it go; UINT64_MAX: all (of an ended stream)
  };
  struct Limit {
    StreamId stream;
    IntakeLimit limit = IntakeLimit::kNone;
  };
  std::vector<Drop> drops;
  std::vector<Limit> limits;       // of every live stream, kNone included
  std::vector<StreamId> rolls;     // a segment to be sealed, so that it can go at the next look; not limited until then
};

// The defaults of spool-limit and spool-free for a file system of that size.
uint64_t DefaultSpoolLimit(uint64_t total_bytes);
uint64_t DefaultSpoolFree(uint64_t total_bytes);

RetentionPlan PlanRetention(const std::vector<RetentionContainer>& containers, const RetentionLimits& limits);

}  // namespace tailrace
