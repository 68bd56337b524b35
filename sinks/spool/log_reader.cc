#include "sinks/spool/log_reader.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "base/check.h"
#include "sinks/spool/line_output.h"
#include "sinks/spool/plan.h"
#include "sinks/spool/stream_cursor.h"
#include "wire/frame.h"

namespace tailrace {
namespace {

// The largest frame always fits.
constexpr size_t kBufferBytes = kFrameHeaderBytes + kFrameBodyBytesMax;
// A follower that has sent so much since gives its buffers back before it waits, perhaps for days.
constexpr size_t kKeepBytesMax = 256_KiB;
// So many blocks are read and found without a wanted line before a follower looks at its deadline.
constexpr int kBlindStepsMax = 64;
// While lines keep coming, a container is not looked at for new streams more often.
constexpr Nanos kLookInterval = std::chrono::seconds(1);

}  // namespace

struct LogReader::Rep {
  using Cursors = std::vector<std::unique_ptr<StreamCursor>>;
  using Outcome = StreamCursor::Outcome;
  enum class Phase { kHistory, kFollow, kOver };

  Rep(Disk& d, Clock& c, Journal& j, const ReadOptions& o)
      : disk(d), clock(c), journal(j), options(o), output(o.since_ns, o.until_ns) {}

  Disk& disk;
  Clock& clock;
  Journal& journal;
  const ReadOptions options;
  std::string container_id;
  LineOutput output;
  Stats stats;

  Phase phase = Phase::kHistory;
  std::vector<StreamLease> leases;        // of all streams that were ever looked at
  std::unordered_set<const Stream*> known;  // the same
  Cursors cursors;                        // those that are not done, by run
  size_t current = 0;                     // whose turn it is
  ContainerSignal* signal = nullptr;      // of the container; follow only
  std::unique_ptr<char[]> buffer;         // kBufferBytes
  size_t bytes_kept_for = 0;              // sent since the buffers were given back
  int steps = 0;                          // in this Next
  MonoTime last_sent;
  MonoTime last_look;                     // for new streams

  void Plan(std::vector<StreamLease> found);
  void AddStreams(std::vector<StreamLease> streams, const ReadOptions& how);
  bool AddNewStreams();
  void Follow(Stream& stream);
  Outcome Step();
  bool FillHistory(MonoTime deadline);
  bool FillFollow(MonoTime deadline);
  bool StepAll(MonoTime deadline);
  bool MustPause(MonoTime deadline);
  bool IsUntilPast() const { return options.until_ns && clock.WallNow().ns > *options.until_ns; }
  bool IsHeartbeatDue() const { return clock.Now() - last_sent >= kHeartbeat; }
  bool WaitForNews(uint64_t seen, MonoTime deadline);
  void EndAtUntil();
  Chunk Send(Chunk::Kind kind);
  Chunk Next(MonoTime deadline);
};

LogReader::LogReader(Disk& disk, Clock& clock, Journal& journal, std::string container_id, ReadOptions options)
    : rep_(std::make_unique<Rep>(disk, clock, journal, options)) {
  rep_->container_id = std::move(container_id);
  rep_->Plan(journal.Find(rep_->container_id));
}

LogReader::~LogReader() {
  if (rep_->signal != nullptr) rep_->signal->AddFollower(-1);
}

const LogReader::Stats& LogReader::stats() const { return rep_->stats; }

LogReader::Chunk LogReader::Next(MonoTime deadline) { return rep_->Next(deadline); }

// Where the answer begins, and what is history in it, is fixed here and not by the first Next: its reader is told that the
// answer has begun in between, and what is written from then on is news.
void LogReader::Rep::Plan(std::vector<StreamLease> found) {
  if (!found.empty()) Follow(*found.front());
  AddStreams(std::move(found), options);
  last_sent = clock.Now();
  last_look = last_sent;
}

void LogReader::Rep::AddStreams(std::vector<StreamLease> streams, const ReadOptions& how) {
  for (const PlannedStream& planned : PlanAnswer(disk, streams, how, stats)) {
    cursors.push_back(std::make_unique<StreamCursor>(disk, *streams[planned.which], planned, stats));
  }
  for (const StreamLease& stream : streams) known.insert(&*stream);
  std::move(streams.begin(), streams.end(), std::back_inserter(leases));
}

// Streams that have come since: all of their lines are new.
bool LogReader::Rep::AddNewStreams() {
  last_look = clock.Now();
  std::vector<StreamLease> streams = journal.Find(container_id);
  std::erase_if(streams, [&](const StreamLease& stream) { return known.contains(&*stream); });
  if (streams.empty()) return false;
  ReadOptions all = options;
  all.tail = -1;
  Follow(*streams.front());
  AddStreams(std::move(streams), all);
  return true;
}

void LogReader::Rep::Follow(Stream& stream) {
  if (!options.follow || signal != nullptr) return;
  signal = &stream.signal();
  signal->AddFollower(1);
}

StreamCursor::Outcome LogReader::Rep::Step() {
  if (buffer == nullptr) buffer = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  const Outcome outcome = cursors[current]->Step({buffer.get(), kBufferBytes}, kChunkBytes, output);
  if (outcome == Outcome::kOver) phase = Phase::kOver;
  if (outcome == Outcome::kDone) cursors.erase(cursors.begin() + static_cast<std::ptrdiff_t>(current));
  return outcome;
}

bool LogReader::Rep::MustPause(MonoTime deadline) {
  if (output.encoder().size() >= kChunkBytes) return true;
  return options.follow && ++steps >= kBlindStepsMax && clock.Now() >= deadline;
}

// The streams one after the other, each as far as it had come when the answer began. False: there is more to say.
bool LogReader::Rep::FillHistory(MonoTime deadline) {
  while (current < cursors.size()) {
    const Outcome outcome = Step();
    if (outcome == Outcome::kOver) return true;
    const bool is_said =
        outcome == Outcome::kWait || (outcome == Outcome::kMore && options.follow && cursors[current]->is_past_history());
    if (is_said) ++current;
    if (MustPause(deadline)) return false;
  }
  current = 0;
  phase = options.follow ? Phase::kFollow : Phase::kOver;
  return true;
}

// The streams by turns, a block each, until none has anything more. False: there is more to say.
bool LogReader::Rep::StepAll(MonoTime deadline) {
  for (size_t idle = 0; idle < cursors.size();) {
    current %= cursors.size();
    const Outcome outcome = Step();
    if (outcome == Outcome::kOver) return true;
    idle = outcome == Outcome::kWait ? idle + 1 : 0;
    // The buffer is this cursor's until its block has been walked.
    const bool has_block = outcome == Outcome::kMore && cursors[current]->has_block();
    if (!has_block && outcome != Outcome::kDone) ++current;
    if (MustPause(deadline)) return false;
  }
  return true;
}

bool LogReader::Rep::FillFollow(MonoTime deadline) {
  for (;;) {
    if (!StepAll(deadline)) return false;
    if (phase == Phase::kOver) return true;
    const bool looks = cursors.empty() || output.encoder().size() == 0 || clock.Now() - last_look >= kLookInterval;
    if (looks && AddNewStreams()) continue;
    // Docker's followers end when the container stops, that is with its last stream.
    if (cursors.empty()) phase = Phase::kOver;
    return true;
  }
}

// The time that the answer speaks of has passed: what is still open will not end in it.
void LogReader::Rep::EndAtUntil() {
  phase = Phase::kOver;
  for (const auto& cursor : cursors) {
    if (!cursor->GiveOutOpen(output)) return;
  }
}

// False: nothing has come, and nothing else is due. A clock that tests own may stand still: so one wait, and no more.
bool LogReader::Rep::WaitForNews(uint64_t seen, MonoTime deadline) {
  Nanos timeout = std::min(deadline, last_sent + kHeartbeat) - clock.Now();
  if (options.until_ns) {
    const Nanos left(*options.until_ns - std::min(clock.WallNow().ns, *options.until_ns) + 1);
    timeout = std::min(timeout, left);
  }
  if (timeout <= Nanos::zero()) return false;
  if (bytes_kept_for > kKeepBytesMax) {
    buffer.reset();
    output.encoder().Release();
    bytes_kept_for = 0;
  }
  signal->WaitChanged(seen, timeout);
  return signal->Sequence() != seen || IsHeartbeatDue() || IsUntilPast();
}

LogReader::Chunk LogReader::Rep::Send(Chunk::Kind kind) {
  last_sent = clock.Now();
  bytes_kept_for += output.encoder().size();
  return {kind, output.encoder().bytes()};
}

LogReader::Chunk LogReader::Rep::Next(MonoTime deadline) {
  output.encoder().Clear();
  steps = 0;
  for (;;) {
    // Both before looking: what comes later is not missed, or is later than until.
    const uint64_t seen = signal == nullptr ? 0 : signal->Sequence();
    const bool is_until_past = IsUntilPast();
    bool is_all_said = true;
    if (phase == Phase::kHistory) is_all_said = FillHistory(deadline);
    if (phase == Phase::kFollow && is_all_said) is_all_said = FillFollow(deadline);
    if (is_all_said && is_until_past && phase == Phase::kFollow) EndAtUntil();
    if (output.encoder().size() > 0) return Send(Chunk::Kind::kData);
    if (phase == Phase::kOver) return {};
    if (IsHeartbeatDue()) {
      output.encoder().AddHeartbeat(clock.WallNow());
      return Send(Chunk::Kind::kHeartbeat);
    }
    if (!options.follow) continue;  // Nothing of what was read was wanted.
    if (!is_all_said || !WaitForNews(seen, deadline)) return {Chunk::Kind::kNothing, {}};
  }
}

}  // namespace tailrace
