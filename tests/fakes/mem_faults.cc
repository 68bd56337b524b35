#include "tests/fakes/mem_faults.h"

#include <algorithm>

#include "base/check.h"

namespace tailrace {

namespace {

bool Matches(const CallFilter& filter, Call call, const std::string& path) {
  bool is_kind = filter.kinds.empty() || std::find(filter.kinds.begin(), filter.kinds.end(), call) != filter.kinds.end();
  return is_kind && path.find(filter.path_part) != std::string::npos;
}

}  // namespace

void MemFaults::FailCall(uint64_t k, StatusCode code, CallFilter filter) {
  CHECK_GT(k, 0u);
  rules_.push_back({.first = k, .last = k, .code = code, .filter = std::move(filter)});
}

void MemFaults::FailFrom(uint64_t k, StatusCode code, CallFilter filter) {
  CHECK_GT(k, 0u);
  rules_.push_back({.first = k, .last = UINT64_MAX, .code = code, .filter = std::move(filter)});
}

void MemFaults::DieAtCall(uint64_t k, DeathMode mode) {
  death_at_ = k == 0 ? 0 : mutations_ + k;
  mode_ = mode;
}

Status MemFaults::Begin(Call call, const std::string& path, bool is_mutation) {
  if (is_dead_) return {StatusCode::kGone, "use " + path + ": the process is dead"};
  ++calls_;
  std::optional<StatusCode> refusal;
  for (Rule& rule : rules_) {
    if (!Matches(rule.filter, call, path)) continue;
    ++rule.seen;
    if (rule.seen >= rule.first && rule.seen <= rule.last) refusal = rule.code;
  }
  if (is_mutation && ++mutations_ == death_at_) {
    is_dying_ = true;
    if (mode_ == DeathMode::kBefore) End();
  }
  if (refusal) {
    ++refused_;
    Status refused(*refusal, "use " + path + ": refused by the test");
    if (is_dying_) End();
    return refused;
  }
  return Status::Ok();
}

void MemFaults::End() {
  if (!is_dying_) return;
  is_dying_ = false;
  is_dead_ = true;
  throw SimulatedDeath();
}

void MemFaults::Revive() {
  is_dead_ = false;
  death_at_ = 0;
}

}  // namespace tailrace
