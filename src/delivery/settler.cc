#include "delivery/settler.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/check.h"
#include "delivery/backoff.h"
#include "delivery/remedy.h"

namespace tailrace {

namespace {

// A node that has just died, not the document's fault, however long it lasts.
bool IsTransportTrouble(const std::string& type) {
  return type.find("node_") != std::string::npos || type.find("connect") != std::string::npos ||
         type.find("timeout") != std::string::npos || type.find("shard") != std::string::npos;
}

// The server may call it its own mistake, and still mean the document.
bool MayBePoison(const RecordOutcome& outcome) { return outcome.status == 500 && !IsTransportTrouble(outcome.type); }

}  // namespace

Settler::Verdict Settler::VerdictOn(const Batch& batch, const RecordOutcome& outcome, const Answer& answer) const {
  switch (outcome.outcome) {
    case Outcome::kDelivered:
    case Outcome::kDuplicate:
    case Outcome::kDiverted: return Verdict::kSettled;
    case Outcome::kHold: return Verdict::kHold;
    case Outcome::kRejected: return Verdict::kDead;
    case Outcome::kRetry: break;
  }
  const BatchOrigin& origin = batch.origin;
  const bool is_poison = MayBePoison(outcome) && origin.attempts >= kPoisonAttempts &&
                         answer.now - origin.first_failed >= kPoisonAge &&
                         parts_.books.delivered - origin.delivered_then >= kPoisonSiblings;
  if (is_poison) return Verdict::kDead;
  // What fails by itself shows that its index answers: it counts attempts as any other, and its stream is let go.
  return origin.is_hold_probe && !MayBePoison(outcome) ? Verdict::kHold : Verdict::kRetry;
}

Settler::Applied Settler::Apply(const Batch& batch, const Answer& answer) {
  CHECK_EQ(batch.size(), answer.judgement.outcomes.size());
  Applied applied;
  if (answer.judgement.outcomes.AreAll(Outcome::kDelivered) && !batch.origin.is_hold_probe) {
    SettleAll(batch);
    applied.settled = batch.size();
    return applied;
  }
  std::vector<size_t> dead;
  std::vector<size_t> failed;
  for (size_t i = 0; i < batch.size(); ++i) {
    const BatchRecord& record = batch.records()[i];
    const RecordOutcome& outcome = answer.judgement.outcomes[i];
    switch (VerdictOn(batch, outcome, answer)) {
      case Verdict::kSettled:
        SettleDelivered(record, outcome);
        ++applied.settled;
        break;
      case Verdict::kDead: dead.push_back(i); break;
      case Verdict::kRetry: failed.push_back(i); break;
      case Verdict::kHold:
        Hold(record.range, answer, outcome.type.empty() ? answer.judgement.error : outcome.type);
        ++applied.held;
        if (outcome.outcome == Outcome::kRetry) ++applied.stuck;
        break;
    }
  }
  const std::vector<RetryRange> gone = Bury(batch, dead, answer);
  std::vector<RetryRange> again = HoldStuck(batch, failed, answer, applied);
  for (const RetryRange& range : gone) AppendRange(again, range);
  applied.settled += dead.size() - gone.size();
  applied.retried += gone.size();
  if (batch.origin.is_hold_probe) EndHoldProbe(batch, answer);
  if (again.empty()) return applied;
  parts_.books.retries += applied.retried;
  applied.is_full = !AddFailed(batch, std::move(again), answer.now);
  return applied;
}

// Those of a batch that failed by themselves.
bool Settler::AddFailed(const Batch& batch, std::vector<RetryRange> ranges, MonoTime now) {
  RetryGroup group{.ranges = {}, .limits = {}, .origin = OriginAfter(batch, now), .not_before = now};
  group.not_before = AgainAt(group.origin, now);
  return AddGroup(std::move(ranges), std::move(group));
}

// The usual case. Records of a source that follow each other are settled as one.
void Settler::SettleAll(const Batch& batch) {
  const std::vector<BatchRecord>& records = batch.records();
  for (size_t i = 0; i < records.size();) {
    RetryRange run = records[i].range;
    for (++i; i < records.size() && Follows(run, records[i].range); ++i) {
      Extend(run, records[i].range);
      run.place.time_nano = records[i].range.place.time_nano;
    }
    run.slot->refusals.answers = 0;
    parts_.books.Settle(*run.slot, run.place, Settlement::kDelivered);
  }
}

// What is refused again and again while others are taken would slow them for ever.
std::vector<RetryRange> Settler::HoldStuck(const Batch& batch, const std::vector<size_t>& failed, const Answer& answer,
                                           Applied& applied) {
  std::set<StreamSlot*> slots;
  for (const size_t index : failed) slots.insert(batch.records()[index].range.slot);
  for (StreamSlot* slot : slots) {
    if (slot->refusals.answers++ == 0) slot->refusals = {1, answer.now, parts_.books.delivered};
  }
  std::vector<RetryRange> again;
  for (const size_t index : failed) {
    const RetryRange& range = batch.records()[index].range;
    const RecordOutcome& outcome = answer.judgement.outcomes[index];
    if (!IsStuck(*range.slot, outcome, answer.now)) {
      AppendRange(again, range);
      ++applied.retried;
      continue;
    }
    Hold(range, answer, outcome.type.empty() ? answer.judgement.error : outcome.type);
    ++applied.held;
    ++applied.stuck;
  }
  return again;
}

bool Settler::IsStuck(const StreamSlot& slot, const RecordOutcome& outcome, MonoTime now) const {
  // A document that fails by itself must not hold its stream: it becomes a dead letter.
  if (MayBePoison(outcome)) return false;
  const StreamSlot::Refusals& refusals = slot.refusals;
  return slot.is_held || (refusals.answers >= kStuckAnswers && now - refusals.since >= kStuckAge &&
                          parts_.books.delivered > refusals.delivered_then);
}

void Settler::SettleDelivered(const BatchRecord& record, const RecordOutcome& outcome) {
  Books& books = parts_.books;
  const uint64_t before = books.delivered;
  const bool is_duplicate = outcome.outcome == Outcome::kDuplicate;
  StreamSlot& slot = *record.range.slot;
  slot.refusals.answers = 0;
  books.Settle(slot, record.range.place, is_duplicate ? Settlement::kDuplicate : Settlement::kDelivered);
  const uint64_t lines = books.delivered - before;
  if (outcome.outcome == Outcome::kDiverted) books.diverted += lines;
  if (!is_duplicate || record.was_sent) return;
  if (books.foreign_duplicate == 0) {
    parts_.log.Write(LogLevel::kWarning, "foreign-duplicate",
                     {{"slot", slot.name()},
                      {"stream", slot.stream().id().ToString()},
                      {"why", "the server has lines that this spool never sent; is it a copy of another?"}});
  }
  books.foreign_duplicate += lines;
}

void Settler::Hold(const RetryRange& range, const Answer& answer, const std::string& why) {
  StreamSlot& slot = *range.slot;
  if (!slot.is_held) {
    parts_.log.Write(LogLevel::kWarning, "stream-held",
                     {{"stream", slot.stream().id().ToString()},
                      {"container", slot.stream().facts().container_name},
                      {"slot", slot.name()},
                      {"why", why},
                      {"next", RemedyForHold(why) + "; its lines are kept, one is tried again each 30 s"}});
    slot.hold_until = answer.now + kHold;
  }
  slot.is_held = true;
  slot.hold_error = why;
  AppendRange(slot.held, range);
}

// Some records failed by themselves, while others did not: that counts as an attempt, a server's absence does not.
BatchOrigin Settler::OriginAfter(const Batch& batch, MonoTime now) const {
  BatchOrigin origin = batch.origin;
  if (origin.attempts == 0) {
    origin.first_failed = now;
    origin.delivered_then = parts_.books.delivered;
  }
  ++origin.attempts;
  origin.is_isolated = false;
  origin.is_hold_probe = false;
  return origin;
}

// Where nothing is delivered meanwhile, the whole server is overloaded: it shall be used soon after it recovers.
MonoTime Settler::AgainAt(const BatchOrigin& origin, MonoTime now) const {
  const bool is_alone = parts_.books.delivered > origin.delivered_then;
  return now + Backoff::Draw(parts_.random, origin.attempts - 1,
                             {.floor = Nanos(0), .max = is_alone ? Backoff::kMax : Backoff::kOverloadedMax});
}

// The streams of which one record was tried: those that are let go, and those that wait on.
void Settler::EndHoldProbe(const Batch& batch, const Answer& answer) {
  std::set<StreamSlot*> slots;
  for (const BatchRecord& record : batch.records()) slots.insert(record.range.slot);
  for (StreamSlot* slot : slots) {
    if (slot->hold_until != kNever) continue;
    bool is_refused = false;
    for (size_t i = 0; i < batch.size(); ++i) {
      const RetryRange& range = batch.records()[i].range;
      const RecordOutcome& outcome = answer.judgement.outcomes[i];
      const bool may_be_poison = outcome.outcome == Outcome::kRetry && MayBePoison(outcome);
      is_refused |= range.slot == slot && !slot->IsSettled(range.place) && !may_be_poison;
    }
    slot->hold_until = answer.now + kHold;
    if (is_refused) continue;
    RetryGroup group;
    if (!AddGroup(slot->held, std::move(group))) continue;  // Next time.
    slot->held.clear();
    slot->is_held = false;
    slot->hold_error.clear();
  }
}

bool Settler::AddGroup(std::vector<RetryRange> ranges, RetryGroup group) {
  group.ranges.assign(ranges.begin(), ranges.end());
  return parts_.groups.Add(std::move(group));
}

bool Settler::Retry(const Batch& batch, MonoTime now, MonoTime not_before) {
  parts_.books.retries += batch.size();
  if (batch.origin.is_hold_probe) {
    for (const BatchRecord& record : batch.records()) {
      StreamSlot& slot = *record.range.slot;
      slot.held.insert(slot.held.begin(), record.range);
      slot.hold_until = now + kHold;
    }
    return true;
  }
  RetryGroup group{.ranges = {}, .limits = {}, .origin = batch.origin, .not_before = not_before};
  if (group.origin.is_isolated) group.limits.records = batch.size();
  return AddGroup(RangesOf(batch.records(), 0, batch.size()), std::move(group));
}

bool Settler::Split(const Batch& batch, const Answer& answer, bool halves_bytes) {
  ++parts_.books.splits;
  if (batch.size() == 1) {
    std::vector<RetryRange> gone = Bury(batch, {0}, answer);
    if (batch.origin.is_hold_probe) EndHoldProbe(batch, answer);
    return AddGroup(std::move(gone), {});
  }
  RetryGroup group{.ranges = {}, .limits = {}, .origin = batch.origin, .not_before = answer.now};
  group.origin.is_isolated = true;
  group.origin.is_hold_probe = false;
  if (batch.origin.is_hold_probe) EndHoldProbe(batch, answer);
  if (halves_bytes) {
    group.limits.bytes = std::max<size_t>(1, batch.body_bytes() / 2);
    return AddGroup(RangesOf(batch.records(), 0, batch.size()), std::move(group));
  }
  // The first half is tried first: it is added last.
  const size_t middle = batch.size() / 2;
  group.limits.records = batch.size() - middle;
  if (!AddGroup(RangesOf(batch.records(), middle, batch.size()), group)) return false;
  group.limits.records = middle;
  return AddGroup(RangesOf(batch.records(), 0, middle), std::move(group));
}

}  // namespace tailrace
