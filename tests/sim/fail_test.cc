// Every call that changes something is refused, once and for good: no crash, no line lost without being counted, no
// container made to wait longer than its policy says.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/sim/case_label.h"
#include "tests/sim/scenario.h"

namespace tailrace {
namespace {

struct Refusal {
  Call call = Call::kOpen;
  const char* name = "";
};

constexpr Refusal kRefusals[] = {
    {Call::kOpen, "open"},           {Call::kWriteAt, "write"},       {Call::kSync, "sync"},
    {Call::kSplice, "splice"},       {Call::kLock, "lock"},           {Call::kMakeDir, "mkdir"},
    {Call::kRemoveDir, "rmdir"},     {Call::kRename, "rename"},       {Call::kUnlink, "unlink"},
    {Call::kMakeLink, "symlink"},    {Call::kSyncDir, "sync folder"}, {Call::kResize, "resize"},
    {Call::kPollAdd, "epoll_ctl"},   {Call::kSpace, "statfs"},        {Call::kDrop, "read"},
};
// What Linux's errnos come to at the seam: EIO, EMFILE, ENOMEM; ENOSPC, EDQUOT; EACCES, EROFS.
constexpr StatusCode kCodes[] = {StatusCode::kIo, StatusCode::kNoSpace, StatusCode::kDenied};
// Later than this the scenario has no further calls of a kind.
constexpr uint64_t kCallsMax = 400;
// A lasting refusal from a later call on is much like one from an earlier: so many steps apart.
constexpr uint64_t kLastingStep = 7;

// Whether the k-th such call came.
bool PlayWithRefusal(const Refusal& refusal, StatusCode code, uint64_t k, bool is_lasting, Hardness& hardness) {
  const std::string label = std::string(refusal.name) + " " + std::to_string(k) +
                            (is_lasting ? " and all later " : " ") +
                            std::string(StatusCodeName(code));
  SetCaseLabel(label);
  // dockerd unlinks FIFOs by the same disk: only the spool is refused. FIFOs have no folder of their own.
  const bool is_of_fifo =
      refusal.call == Call::kDrop || refusal.call == Call::kResize || refusal.call == Call::kPollAdd;
  const CallFilter filter{{refusal.call}, is_of_fifo ? "" : kSpoolRoot};
  uint64_t calls_before = 0;
  World world({.seed = 7,
               .housekeeping = ScenarioSettings(),
               .before_start =
                   [&](MemDisk& disk) {
                     if (is_lasting) disk.FailFrom(k, code, filter);
                     if (!is_lasting) disk.FailCall(k, code, filter);
                     calls_before = disk.refused();
                   },
               .may_discard = true},
              hardness);
  world.has_failed = world.has_ever_failed = true;
  world.kills_at_end = false;  // A discard that could not be noted is known to the process alone.
  PlayScenario(world);
  EXPECT_EQ(world.complaint(), "") << label << "\n" << world.TraceText();
  return world.disk().refused() > calls_before;
}

TEST(FailTest, OnceNothingIsLostUncounted) {
  Hardness hardness;
  int cases = 0;
  for (const Refusal& refusal : kRefusals) {
    for (StatusCode code : kCodes) {
      for (uint64_t k = 1; k <= kCallsMax && !HasFailure(); ++k) {
        if (!PlayWithRefusal(refusal, code, k, false, hardness)) break;
        ++cases;
      }
    }
  }
  std::cout << cases << " cases: " << hardness.ToString() << "\n";
  EXPECT_GT(cases, 500);
}

TEST(FailTest, ForGoodNothingIsLostUncounted) {
  Hardness hardness;
  int cases = 0;
  for (const Refusal& refusal : kRefusals) {
    // Without the lock another process serves the root; what is not consumed cannot be helped.
    if (refusal.call == Call::kDrop) continue;
    for (StatusCode code : kCodes) {
      for (uint64_t k = 1; k <= kCallsMax && !HasFailure(); k += IsLongRun() ? 1 : kLastingStep) {
        if (!PlayWithRefusal(refusal, code, k, true, hardness)) break;
        ++cases;
      }
    }
  }
  std::cout << cases << " cases: " << hardness.ToString() << "\n";
  EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace tailrace
