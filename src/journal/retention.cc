#include "journal/retention.h"

#include <algorithm>
#include <optional>

namespace tailrace {

namespace {

constexpr uint64_t kRollBytesMin = 64_KiB;  // sealing less than this would only make small files

// One container while the plan is made: what is still there of it.
class Work {
 public:
  explicit Work(const RetentionContainer& container) : container_(container) {
    for (const RetentionStream& stream : container.streams) {
      State state;
      state.stream = &stream;
      for (const Segment& segment : stream.segments) state.bytes += segment.bytes();
      bytes_ += state.bytes;
      is_running_ |= stream.is_live;
      states_.push_back(state);
    }
  }

  uint64_t bytes() const { return bytes_; }
  bool is_running() const { return is_running_; }
  SpoolFull policy() const { return container_.spool_full; }
  const RetentionContainer& container() const { return container_; }

  uint64_t backlog() const {
    uint64_t backlog = 0;
    for (const State& state : states_) {
      for (size_t i = state.dropped; i < state.stream->segments.size(); ++i) {
        const Segment& segment = state.stream->segments[i];
        if (segment.end > state.stream->settled) backlog += segment.end - std::max(segment.start, state.stream->settled);
      }
    }
    return backlog;
  }

  size_t segments_with_bytes() const {
    size_t count = 0;
    for (const State& state : states_) {
      const std::vector<Segment>& segments = state.stream->segments;
      count += static_cast<size_t>(std::count_if(segments.begin() + static_cast<std::ptrdiff_t>(state.dropped),
                                                 segments.end(), [](const Segment& s) { return s.bytes() > 0; }));
    }
    return count;
  }

  // Drops the oldest segment that may go; its bytes, or nothing.
  std::optional<uint64_t> DropOldest(bool undelivered_too) {
    for (State& state : states_) {
      const std::vector<Segment>& segments = state.stream->segments;
      if (state.dropped == segments.size()) continue;
      if (state.stream->is_live && state.dropped + 1 == segments.size()) continue;
      const Segment& segment = segments[state.dropped];
      if (segment.end > state.stream->settled && !undelivered_too) continue;
      ++state.dropped;
      bytes_ -= segment.bytes();
      return segment.bytes();
    }
    return std::nullopt;
  }

  // Ended streams beyond the number that a container may have: the oldest settled ones.
  void DropSurplusStreams(size_t streams_max) {
    size_t here = states_.size();
    for (State& state : states_) {
      if (here <= streams_max) return;
      const std::vector<Segment>& segments = state.stream->segments;
      if (state.stream->is_live || (!segments.empty() && segments.back().end > state.stream->settled)) continue;
      for (; state.dropped < state.stream->segments.size(); ++state.dropped) {
        bytes_ -= state.stream->segments[state.dropped].bytes();
      }
      state.is_gone = true;
      --here;
    }
  }

  int64_t oldest_started_ns() const {
    for (const State& state : states_) {
      if (state.dropped < state.stream->segments.size()) return state.stream->started_ns;
    }
    return INT64_MAX;
  }

  void Report(IntakeLimit limit, bool is_space_short, RetentionPlan& plan) const {
    for (const State& state : states_) {
      const std::vector<Segment>& segments = state.stream->segments;
      if (state.dropped > 0 || state.is_gone) {
        const bool is_all = state.dropped == segments.size();
        plan.drops.push_back({state.stream->id, is_all ? UINT64_MAX : segments[state.dropped].start});
      }
      if (!state.stream->is_live) continue;
      // Its newest segment could make the room: the stream goes on, so that it rolls, and the old one can go.
      const bool wants_roll = is_space_short && CanGoOnceSealed(state);
      if (wants_roll) plan.rolls.push_back(state.stream->id);
      plan.limits.push_back({state.stream->id, wants_roll ? IntakeLimit::kNone : limit});
    }
  }

 private:
  struct State {
    const RetentionStream* stream = nullptr;
    size_t dropped = 0;
    uint64_t bytes = 0;
    bool is_gone = false;
  };
  bool CanGoOnceSealed(const State& state) const {
    const std::vector<Segment>& segments = state.stream->segments;
    if (segments.empty() || segments.back().bytes() < kRollBytesMin) return false;
    return container_.spool_full == SpoolFull::kDropOldest || segments.back().end <= state.stream->settled;
  }

  const RetentionContainer& container_;
  std::vector<State> states_;
  uint64_t bytes_ = 0;
  bool is_running_ = false;
};

using Works = std::vector<Work>;

uint64_t Subtract(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

// However small the history, something of it stays: the last lines of a container that has stopped are what is asked for.
void DropBeyondHistory(Work& work) {
  while (work.bytes() > work.container().history_bytes && work.segments_with_bytes() > 1 && work.DropOldest(false)) {
  }
}

void DropBeyondBacklog(Work& work) {
  if (work.policy() != SpoolFull::kDropOldest) return;
  while (work.backlog() > work.container().backlog_bytes && work.DropOldest(true)) {
  }
}

// Settled history: of stopped containers first, the oldest first; then of running ones, the largest first.
void FreeSettled(Works& works, bool running, uint64_t& missing) {
  std::vector<Work*> order;
  for (Work& work : works) {
    if (work.is_running() == running) order.push_back(&work);
  }
  std::stable_sort(order.begin(), order.end(), [running](const Work* a, const Work* b) {
    return running ? a->bytes() > b->bytes() : a->oldest_started_ns() < b->oldest_started_ns();
  });
  for (Work* work : order) {
    while (missing > 0) {
      const std::optional<uint64_t> freed = work->DropOldest(false);
      if (!freed) break;
      missing = Subtract(missing, *freed);
    }
  }
}

// Undelivered lines, the largest backlog first, of those that chose to lose their oldest.
void FreeUndelivered(Works& works, uint64_t& missing) {
  while (missing > 0) {
    std::vector<Work*> order;
    for (Work& work : works) {
      if (work.policy() == SpoolFull::kDropOldest) order.push_back(&work);
    }
    std::stable_sort(order.begin(), order.end(), [](const Work* a, const Work* b) { return a->backlog() > b->backlog(); });
    std::optional<uint64_t> freed;
    for (auto work = order.begin(); work != order.end() && !freed; ++work) freed = (*work)->DropOldest(true);
    if (!freed) return;
    missing = Subtract(missing, *freed);
  }
}

IntakeLimit LimitOf(const Work& work, bool is_space_short) {
  const bool is_over = is_space_short || (work.policy() != SpoolFull::kDropOldest &&
                                          work.backlog() > work.container().backlog_bytes);
  if (!is_over) return IntakeLimit::kNone;
  return work.policy() == SpoolFull::kBlock ? IntakeLimit::kBlock : IntakeLimit::kDiscard;
}

}  // namespace

uint64_t DefaultSpoolLimit(uint64_t total_bytes) { return std::min<uint64_t>(20_GiB, total_bytes / 4); }

uint64_t DefaultSpoolFree(uint64_t total_bytes) {
  return std::min<uint64_t>(std::max<uint64_t>(1_GiB, total_bytes / 20), total_bytes / 10);
}

RetentionPlan PlanRetention(const std::vector<RetentionContainer>& containers, const RetentionLimits& limits) {
  Works works(containers.begin(), containers.end());
  uint64_t before = 0;
  for (Work& work : works) {
    before += work.bytes();
    work.DropSurplusStreams(limits.streams_max);
    DropBeyondHistory(work);
    DropBeyondBacklog(work);
  }
  uint64_t used = 0;
  for (const Work& work : works) used += work.bytes();
  const uint64_t free_then = limits.free_bytes + std::min(before - used, UINT64_MAX - limits.free_bytes);
  uint64_t missing = std::max(Subtract(used, limits.spool_bytes_max), Subtract(limits.free_bytes_min, free_then));
  if (missing > 0) FreeSettled(works, false, missing);
  if (missing > 0) FreeSettled(works, true, missing);
  if (missing > 0) FreeUndelivered(works, missing);
  RetentionPlan plan;
  for (const Work& work : works) work.Report(LimitOf(work, missing > 0), missing > 0, plan);
  return plan;
}

}  // namespace tailrace
