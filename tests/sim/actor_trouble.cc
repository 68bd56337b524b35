// Actor: readers, and everything that goes wrong.
#include <array>

#include "tests/sim/actor.h"

namespace tailrace {

namespace {

constexpr uint64_t kHugeCapacity = uint64_t{1} << 40;
constexpr size_t kSlowReadersMax = 3;

// Calls that change something and that a disk can refuse. A file that cannot be opened is among them.
const std::vector<Call> kRefusable = {Call::kWriteAt, Call::kSync,     Call::kSplice,  Call::kMakeDir,   Call::kRename,
                                      Call::kUnlink,  Call::kMakeLink, Call::kSyncDir, Call::kRemoveDir, Call::kOpen};

}  // namespace

void Actor::Read() {
  if (world_.containers().empty() || is_failing_) return;
  // dockerd's ReadLogs has intake visit the FIFOs first.
  if (random_.Chance(0.5)) world_.IntakeTurn(Nanos(0));
  world_.CheckLogs(random_.Below(world_.containers().size()));
}

void Actor::BeginSlowReader() {
  if (slow_.size() >= kSlowReadersMax || world_.containers().empty() || is_failing_) return;
  SlowReader slow;
  slow.container = random_.Below(world_.containers().size());
  slow.is_following = random_.Chance(0.5);
  ReadOptions options;
  options.follow = slow.is_following;
  if (random_.Chance(0.3)) options.tail = static_cast<int64_t>(random_.Below(100));
  const std::string& id = world_.containers()[slow.container].info.id;
  world_.Run([&] {
    slow.reader = std::make_unique<LogReader>(world_.disk(), world_.clock(), world_.app().journal, id, options);
  });
  if (slow.reader == nullptr) return;
  slow_.push_back(std::move(slow));
  world_.hardness().Count(options.follow ? "followers" : "slow_readers");
}

void Actor::StepSlowReader() {
  if (slow_.empty() || is_failing_) return;
  const size_t which = random_.Below(slow_.size());
  bool has_ended = false;
  world_.Run([&] {
    const LogReader::Chunk chunk = slow_[which].reader->Next(world_.clock().Now());
    has_ended = chunk.kind == LogReader::Chunk::Kind::kEnd;
    AppendLogLines(chunk.bytes, slow_[which].lines);
  });
  if (!has_ended) return;
  EndSlowReader(slow_[which]);
  slow_.erase(slow_.begin() + static_cast<std::ptrdiff_t>(which));
}

void Actor::EndSlowReader(SlowReader& slow) {
  std::vector<const Written*> streams;
  for (const auto& writer : world_.writers()) {
    if (writer->container != slow.container || !writer->has_id) continue;
    if (writer->has_lost_power || writer->is_forgotten) return;
    streams.push_back(&writer->written);
  }
  const std::string complaint = CompareSlowLog(streams, slow.lines);
  if (!complaint.empty()) world_.Complain("container " + std::to_string(slow.container) + ": " + complaint);
  if (!slow.lines.empty()) world_.hardness().Count("slow_answers_checked");
}

// Between two actions, or at a call soon, perhaps again while it recovers.
void Actor::Die() {
  if (random_.Chance(0.4)) return world_.Kill();
  const bool is_power_loss = plan_.has_power_losses && random_.Chance(0.3);
  world_.SetDeath(is_power_loss);
  const std::array modes = {DeathMode::kBefore, DeathMode::kHalfway, DeathMode::kAfter};
  const uint64_t k = random_.Between(1, 60);
  world_.Trace("will die at call " + std::to_string(k) + (is_power_loss ? " by power loss" : ""));
  world_.disk().DieAtCall(k, modes[random_.Below(modes.size())]);
  if (random_.Chance(0.4)) world_.SetSecondDeath(random_.Between(1, 20), modes[random_.Below(modes.size())]);
}

void Actor::FillDisk() {
  is_full_ = world_.may_discard = world_.may_drop_early = true;
  const uint64_t used = world_.disk().UsedBytes();
  const uint64_t room = random_.Below(200'000);
  const uint64_t reserve = random_.Chance(0.5) ? 0 : Journal::kReserveBytes;
  world_.Trace("full, room " + std::to_string(room) + (reserve > 0 ? "" : " and the reserve"));
  world_.disk().SetCapacity(used + room - std::min(used, reserve));
  world_.hardness().Count("full_disks");
}

void Actor::FailCalls() {
  is_failing_ = world_.has_failed = world_.has_ever_failed = world_.may_discard = world_.may_drop_early = true;
  const std::array codes = {StatusCode::kIo, StatusCode::kNoSpace, StatusCode::kDenied};
  CallFilter filter;
  // A discard whose notes fail goes on without them; were it killed then, its count would be lost.
  filter.path_part = std::string(kSpoolRoot) + (plan_.has_kills || plan_.has_power_losses ? "/c/" : "");
  // Nor could the count go on if a start could not even read what is there: open, the last kind, is of reading, too.
  std::vector<Call> kinds = kRefusable;
  if (plan_.has_kills || plan_.has_power_losses) kinds.pop_back();
  filter.kinds = random_.Chance(0.5) ? kinds : std::vector<Call>{kinds[random_.Below(kinds.size())]};
  const uint64_t k = random_.Between(1, 20);
  const StatusCode code = codes[random_.Below(codes.size())];
  const bool is_lasting = random_.Chance(0.3);
  world_.Trace("fail " + std::string(is_lasting ? "from" : "at") + " call " + std::to_string(k) + " " +
               std::string(StatusCodeName(code)) + " kind " +
               std::to_string(static_cast<int>(filter.kinds[0])) + " of " +
               std::to_string(filter.kinds.size()));
  if (is_lasting) {
    world_.disk().FailFrom(k, code, filter);
  } else {
    world_.disk().FailCall(k, code, filter);
  }
  world_.hardness().Count("failing_calls");
}

void Actor::Relieve() {
  if (is_full_ || is_failing_) world_.Trace("relief");
  world_.disk().SetCapacity(kHugeCapacity);
  world_.disk().ClearFailures();
  is_full_ = is_failing_ = false;
}

void Actor::JumpClock() {
  constexpr int64_t kSecond = 1'000'000'000;
  const std::array seconds = {int64_t{1}, int64_t{60}, int64_t{3600}, int64_t{86'400}, int64_t{31'536'000}};
  const int64_t by = seconds[random_.Below(seconds.size())] * kSecond * (random_.Chance(0.5) ? 1 : -1);
  world_.Trace("clock jumps by " + std::to_string(by / kSecond) + " s");
  world_.clock().JumpWall(Nanos(by));
  world_.hardness().Count("clock_jumps");
}

}  // namespace tailrace
