// Retention over random containers: what must hold of every plan.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "journal/retention.h"
#include "tests/fakes/seeded_random.h"
#include "tests/journal/lines.h"

namespace tailrace {
namespace {

struct Case {
  std::vector<RetentionContainer> containers;
  RetentionLimits limits;
};

RetentionStream RandomStream(SeededRandom& random, uint64_t id) {
  RetentionStream stream;
  stream.id.value = id;
  stream.is_live = random.Chance(0.4);
  stream.started_ns = static_cast<int64_t>(random.Below(1000));
  uint64_t at = random.Below(100);
  for (uint64_t n = random.Below(7); n > 0; --n) {
    const uint64_t bytes = random.Chance(0.1) ? 0 : random.Between(1, 200'000);
    if (bytes == 0 && n != 1) continue;
    stream.segments.push_back({at, at + bytes, false});
    at += bytes + (random.Chance(0.2) ? random.Below(10'000) : 0);
  }
  stream.settled = random.Chance(0.4) ? UINT64_MAX : random.Below(at + 1);
  return stream;
}

Case RandomCase(uint64_t seed) {
  SeededRandom random(seed);
  Case all;
  uint64_t id = 0;
  for (uint64_t c = random.Below(6); c > 0; --c) {
    RetentionContainer& container = all.containers.emplace_back();
    container.spool_full = static_cast<SpoolFull>(random.Below(3));
    container.history_bytes = random.Below(800'000);
    container.backlog_bytes = random.Chance(0.5) ? UINT64_MAX : random.Below(600'000);
    for (uint64_t s = random.Below(4); s > 0; --s) container.streams.push_back(RandomStream(random, ++id));
  }
  if (random.Chance(0.7)) all.limits.spool_bytes_max = random.Below(2'000'000);
  if (random.Chance(0.5)) {
    all.limits.free_bytes = random.Below(500'000);
    all.limits.free_bytes_min = random.Below(800'000);
  }
  if (random.Chance(0.2)) all.limits.streams_max = random.Between(1, 3);
  return all;
}

class Judge {
 public:
  explicit Judge(const Case& all) : all_(all), plan_(PlanRetention(all.containers, all.limits)) {
    for (const RetentionPlan::Drop& drop : plan_.drops) keep_from_[drop.stream.value] = drop.keep_from;
  }

  void CheckAll() {
    for (const RetentionContainer& container : all_.containers) {
      for (const RetentionStream& stream : container.streams) CheckStream(container, stream);
    }
    CheckSpace();
  }
  uint64_t drops() const { return plan_.drops.size(); }
  bool is_limited() const {
    return std::any_of(plan_.limits.begin(), plan_.limits.end(),
                       [](const auto& limit) { return limit.limit != IntakeLimit::kNone; });
  }

 private:
  bool IsDropped(const RetentionStream& stream, const Segment& segment) const {
    const auto found = keep_from_.find(stream.id.value);
    return found != keep_from_.end() && segment.start < found->second;
  }
  void CheckStream(const RetentionContainer& container, const RetentionStream& stream) {
    for (const Segment& segment : stream.segments) {
      const bool is_newest = segment.start == stream.segments.back().start;
      if (!IsDropped(stream, segment)) {
        kept_ += segment.bytes();
        const bool is_droppable = !(stream.is_live && is_newest) &&
                                  (segment.end <= stream.settled || container.spool_full == SpoolFull::kDropOldest);
        droppable_ += is_droppable && CanGoNow(container, stream, segment) ? 1 : 0;
        continue;
      }
      dropped_ += segment.bytes();
      EXPECT_FALSE(stream.is_live && is_newest);
      EXPECT_TRUE(segment.end <= stream.settled || container.spool_full == SpoolFull::kDropOldest);
    }
  }
  // Everything before it in its stream is dropped.
  bool CanGoNow(const RetentionContainer&, const RetentionStream& stream, const Segment& segment) const {
    for (const Segment& earlier : stream.segments) {
      if (earlier.start < segment.start && !IsDropped(stream, earlier)) return false;
    }
    return true;
  }
  void CheckSpace() {
    const uint64_t free = all_.limits.free_bytes > UINT64_MAX - dropped_ ? UINT64_MAX : all_.limits.free_bytes + dropped_;
    const bool is_met = kept_ <= all_.limits.spool_bytes_max && free >= all_.limits.free_bytes_min;
    // What can go goes, before anything is limited for want of space.
    EXPECT_TRUE(is_met || droppable_ == 0u);
  }

  const Case& all_;
  const RetentionPlan plan_;
  std::map<uint64_t, uint64_t> keep_from_;
  uint64_t kept_ = 0;
  uint64_t dropped_ = 0;
  uint64_t droppable_ = 0;
};

TEST(RetentionProperty, EveryPlanKeepsThePromises) {
  uint64_t with_drops = 0;
  uint64_t limited = 0;
  const uint64_t cases = IsLongRun() ? 1'000'000 : 30'000;
  for (uint64_t seed = 0; seed < cases; ++seed) {
    SCOPED_TRACE(seed);
    const Case all = RandomCase(seed);
    Judge judge(all);
    judge.CheckAll();
    with_drops += judge.drops() > 0;
    limited += judge.is_limited();
    if (HasFailure()) return;
  }
  EXPECT_GT(with_drops, cases / 3);
  EXPECT_GT(limited, cases / 20);
}

// With one segment more of room than a plan took, one drop less is made.
TEST(RetentionProperty, NoMoreIsDroppedThanIsMissing) {
  uint64_t compared = 0;
  for (uint64_t units = 1; units < 40; ++units) {
    RetentionContainer container;
    container.history_bytes = UINT64_MAX;
    RetentionStream& stream = container.streams.emplace_back();
    for (uint64_t i = 0; i < 40; ++i) stream.segments.push_back({i * 1000, (i + 1) * 1000, false});
    RetentionLimits limits;
    limits.spool_bytes_max = units * 1000 + 500;
    const RetentionPlan plan = PlanRetention({container}, limits);
    ASSERT_EQ(plan.drops.size(), 1u);
    EXPECT_EQ(plan.drops[0].keep_from, (40 - units) * 1000);
    ++compared;
  }
  EXPECT_EQ(compared, 39u);
}

}  // namespace
}  // namespace tailrace
