#include "journal/stream.h"

#include <algorithm>
#include <cstdio>

#include "base/check.h"

namespace tailrace {

uint64_t ContainerSignal::Sequence() {
  MutexLock lock(mu_);
  return sequence_;
}

void ContainerSignal::Raise() {
  MutexLock lock(mu_);
  ++sequence_;
  if (waiting_ > 0) changed_.NotifyAll();
}

void ContainerSignal::WaitChanged(uint64_t seen, Nanos timeout) {
  MutexLock lock(mu_);
  if (sequence_ != seen || timeout <= Nanos::zero()) return;
  ++waiting_;
  // One wait is enough: a caller that is woken for nothing looks again.
  changed_.WaitFor(mu_, timeout);
  --waiting_;
}

void ContainerSignal::AddFollower(int delta) {
  MutexLock lock(mu_);
  followers_ += delta;
  CHECK_GE(followers_, 0);
}

bool ContainerSignal::has_followers() {
  MutexLock lock(mu_);
  return followers_ > 0;
}

std::string_view GapReasonName(GapReason reason) {
  switch (reason) {
    case GapReason::kDropOldest: return "drop-oldest";
    case GapReason::kDropNewest: return "drop-newest";
    case GapReason::kDamage: return "damage";
  }
  return "unknown";
}

Stream::Stream(StreamFacts facts, std::string directory, ContainerSignal& signal)
    : facts_(std::move(facts)), directory_(std::move(directory)), signal_(signal) {}

std::string Stream::SegmentPath(uint64_t start) const { return directory_ + "/" + SegmentName(start, ".log"); }
std::string Stream::IndexPath(uint64_t start) const { return directory_ + "/" + SegmentName(start, ".idx"); }

std::string SegmentName(uint64_t start, std::string_view suffix) {
  char digits[24];
  std::snprintf(digits, sizeof(digits), "%020llu", static_cast<unsigned long long>(start));
  return digits + std::string(suffix);
}

void Stream::Load(std::vector<Segment> segments, const StreamProgress& progress, bool ended) {
  MutexLock lock(mu_);
  CHECK(segments_.empty());
  durable_at_load_ = ended && !segments.empty() ? segments.back().start : 0;
  segments_ = std::move(segments);
  progress_ = progress;
  ended_ = ended;
}

void Stream::Seal(uint64_t end) {
  MutexLock lock(mu_);
  if (segments_.empty()) return;
  CHECK_GE(end, segments_.back().end);
  segments_.back().end = end;
}

void Stream::AddSegment(const Segment& segment) {
  MutexLock lock(mu_);
  if (!segments_.empty()) {
    CHECK_GE(segment.start, segments_.back().end);
    CHECK_GT(segment.start, segments_.back().start);
  }
  CHECK_LE(segment.start, segment.end);
  segments_.push_back(segment);
}

void Stream::Publish(const StreamProgress& progress) {
  {
    MutexLock lock(mu_);
    CHECK_GE(progress.end, progress_.end);
    CHECK_GE(progress.whole_end, progress_.whole_end);
    CHECK_LE(progress.whole_end, progress.end);
    CHECK(!segments_.empty());
    progress_ = progress;
    segments_.back().end = progress.end;
  }
  signal_.Raise();
}

void Stream::PublishDiscard(const StreamProgress& progress) {
  MutexLock lock(mu_);
  CHECK_GE(progress.end, progress_.end);
  progress_ = progress;
}

void Stream::End() {
  {
    MutexLock lock(mu_);
    ended_ = true;
  }
  signal_.Raise();
}

bool Stream::is_committed() const {
  MutexLock lock(mu_);
  return is_committed_;
}

void Stream::SetCommitted(bool is_committed) {
  MutexLock lock(mu_);
  is_committed_ = is_committed;
}

bool Stream::ended() const {
  MutexLock lock(mu_);
  return ended_;
}

uint64_t Stream::durable_at_load() const {
  MutexLock lock(mu_);
  return durable_at_load_;
}

Stream::State Stream::Snapshot() const {
  MutexLock lock(mu_);
  State state;
  state.first = segments_.empty() ? progress_.whole_end : segments_.front().start;
  state.progress = progress_;
  state.ended = ended_;
  return state;
}

std::vector<Segment> Stream::Segments() const {
  MutexLock lock(mu_);
  return segments_;
}

// Behind the last byte of the newest segment.
Place Stream::LocateTailLocked(uint64_t offset) const {
  Place place;
  if (offset < dropped_end_) {
    place.kind = Place::Kind::kGap;
    place.gap_end = dropped_end_;
    place.reason = GapReason::kDropOldest;
    return place;
  }
  // A discard that is still going on is one gap: it is shown when its end is known.
  if (offset < progress_.whole_end && ended_) {
    place.kind = Place::Kind::kGap;
    place.gap_end = progress_.whole_end;
    place.reason = GapReason::kDropNewest;
    return place;
  }
  place.kind = ended_ ? Place::Kind::kEnd : Place::Kind::kWait;
  return place;
}

Place Stream::Locate(uint64_t offset) const {
  MutexLock lock(mu_);
  auto next = std::upper_bound(segments_.begin(), segments_.end(), offset,
                               [](uint64_t at, const Segment& segment) { return at < segment.start; });
  const bool is_newest = next == segments_.end();
  Place place;
  if (next != segments_.begin()) {
    const Segment& segment = *(next - 1);
    // The newest one is readable to its last whole frame, unless a discard has left it behind.
    const uint64_t end = is_newest ? std::min(segment.end, progress_.whole_end) : segment.end;
    if (offset < end) {
      place.kind = Place::Kind::kData;
      place.segment_start = segment.start;
      place.readable_end = end;
      place.is_sealed = !is_newest || segment.end < progress_.whole_end;
      return place;
    }
  }
  if (is_newest) return LocateTailLocked(offset);
  place.kind = Place::Kind::kGap;
  place.gap_end = next->start;
  if (next == segments_.begin()) {
    place.reason = GapReason::kDropOldest;
  } else {
    place.reason = next->after_discard ? GapReason::kDropNewest : GapReason::kDamage;
  }
  return place;
}

std::vector<Segment> Stream::DropFirst(uint64_t start) {
  MutexLock lock(mu_);
  std::vector<Segment> dropped;
  while (segments_.size() > 1 && segments_.front().start < start) {
    dropped.push_back(segments_.front());
    segments_.erase(segments_.begin());
  }
  return dropped;
}

std::vector<Segment> Stream::DropAll() {
  MutexLock lock(mu_);
  CHECK(ended_);
  if (!segments_.empty()) dropped_end_ = std::min(segments_.back().end, progress_.whole_end);
  return std::exchange(segments_, {});
}

}  // namespace tailrace
