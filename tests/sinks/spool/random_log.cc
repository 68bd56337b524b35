#include "tests/sinks/spool/random_log.h"

#include <algorithm>

#include "tests/fakes/log_frames.h"

namespace tailrace {

std::string RandomLog::Text(size_t bytes_max) {
  static constexpr char kLiteral[] = "abcdefgh\0\xff\xc3\r\t 0123";
  constexpr std::string_view kBytes(kLiteral, sizeof(kLiteral) - 1);  // It holds a NUL.
  std::string text(random_.Below(bytes_max + 1), ' ');
  for (char& c : text) c = kBytes[random_.Below(kBytes.size())];
  return text;
}

void RandomLog::BeginLine(Source source) {
  time_ += static_cast<int64_t>(random_.Below(3)) * kTimeStep;
  if (!habits_.keeps_order && random_.Chance(0.03)) time_ -= static_cast<int64_t>(random_.Below(20)) * kTimeStep;
  std::deque<std::string>& frames = pending_[static_cast<size_t>(source)];
  size_t pieces = 1;
  if (random_.Chance(habits_.pieces)) pieces = random_.Between(2, 6);
  if (random_.Chance(habits_.huge)) pieces = random_.Between(60, 200);
  if (pieces == 1) {
    frames.push_back(Frame(SourceName(source), time_, Text(random_.Chance(0.1) ? 300 : 12)));
    return;
  }
  for (size_t i = 1; i <= pieces; ++i) {
    frames.push_back(
        Partial(SourceName(source), time_, Text(8), "id", static_cast<int>(i), i == pieces));
  }
}

std::string RandomLog::NextFrame() {
  if (!cut_.empty()) return std::exchange(cut_, {});
  const Source source = random_.Chance(0.6) ? Source::kStdout : Source::kStderr;
  std::deque<std::string>& frames = pending_[static_cast<size_t>(source)];
  if (frames.empty()) BeginLine(source);
  std::string frame = frames.front();
  frames.pop_front();
  return frame;
}

void RandomLog::MaybeLose() {
  if (frames_in_segment_ == 0 || !random_.Chance(habits_.gap)) return;
  std::vector<std::string> lost;
  for (size_t n = random_.Between(1, 8); n > 0; --n) lost.push_back(NextFrame());
  const GapReason reason = random_.Chance(0.7) ? GapReason::kDropNewest : GapReason::kDamage;
  stream_.Lose(lost, reason, random_.Chance(0.5) ? random_.Below(lost.front().size()) : 0);
  frames_in_segment_ = 0;
}

void RandomLog::Write(size_t frames) {
  for (; frames > 0; --frames) {
    stream_.Add(NextFrame());
    ++frames_in_segment_;
    if (random_.Chance(habits_.index)) stream_.IndexHere();
    if (random_.Chance(habits_.roll) && frames > 1) {
      stream_.Roll();
      frames_in_segment_ = 0;
    }
    MaybeLose();
  }
  stream_.Publish();
}

void RandomLog::WriteCut() {
  if (frames_in_segment_ == 0 || !cut_.empty()) return;
  const std::string frame = NextFrame();
  stream_.AddCut(frame, random_.Below(frame.size()));
  cut_ = frame;
  stream_.Publish();
}

}  // namespace tailrace
