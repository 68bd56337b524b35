#include "tests/sim/read_back.h"

#include "wire/frame.h"

namespace tailrace {

namespace {

// More steps than this and the reader is going round in circles.
constexpr int kReadsMax = 100'000;

class Reading {
 public:
  Reading(const Written& written, const ReadBackRules& rules, StreamRead& read)
      : written_(written), rules_(rules), read_(read) {}

  // Returns where to go on. `is_last`: nothing that could be read now lies behind the data.
  uint64_t TakeData(const ReadOutcome& outcome, bool is_last) {
    std::string_view rest = outcome.data;
    uint64_t at = outcome.offset;
    while (read_.complaint.empty() && !rest.empty()) {
      size_t bytes = 0;
      const size_t lost = FindDamage(rest, is_last, bytes);
      if (lost == 0 && bytes == 0) break;
      if (lost > 0 && outcome.is_cut && lost == rest.size()) break;  // The cut frame, or as good as one.
      if (lost > 0 && rules_.is_exact) Complain("damage", at);
      if (lost == 0) TakeFrame(at, rest.substr(0, bytes));
      is_damaged_ = lost > 0;
      rest.remove_prefix(lost + bytes);
      at += lost + bytes;
    }
    if (outcome.is_cut) return outcome.offset + outcome.data.size();
    if (at == outcome.offset) Complain("no frame, although the data is not cut", at);
    return at;
  }

  void TakeGap(const ReadOutcome& outcome) {
    const ByteRange range{outcome.offset, outcome.gap_end};
    is_damaged_ = false;
    read_.gaps.push_back({range, outcome.gap_lines, outcome.reason});
    if (range.to <= range.from) Complain("an empty gap", range.from);
    const uint64_t lost = written_.LineEnds(range.from, range.to);
    // A frame that dockerd never finished may be counted: nobody can know whether it would have ended a line.
    const bool is_cut_off = !written_.IsBoundary(range.to) && outcome.gap_lines == lost + 1;
    if (rules_.is_exact && lost != outcome.gap_lines && !is_cut_off) {
      Complain("a gap to " + std::to_string(range.to) + " tells " + std::to_string(outcome.gap_lines) + " lines of " +
                   std::to_string(lost) + ", " + std::string(GapReasonName(outcome.reason)), range.from);
    }
    if (rules_.is_exact && range.to > written_.taken()) Complain("a gap behind all that was written", range.from);
  }

 private:
  // How many bytes at the beginning are no frame; else the frame's `bytes`; neither: the rest is cut.
  size_t FindDamage(std::string_view rest, bool is_last, size_t& bytes) const {
    if (is_damaged_) {
      const size_t lost = FindFrame(rest, 0, is_last);
      if (lost > 0) return lost;
    }
    const FrameStep step = NextFrame(rest, is_last);
    switch (step.kind) {
      case FrameStep::Kind::kDamage: return step.bytes;
      case FrameStep::Kind::kNeedMore:
        // What intake saw as whole frames ends within one: then its length is damaged.
        return is_last && !rules_.is_exact ? FindFrame(rest, 1, true) : 0;
      case FrameStep::Kind::kFrame: break;
    }
    LogEntry entry;
    if (!DecodeLogEntry(step.body, entry)) return FindFrame(rest, 1, is_last);
    bytes = step.bytes;
    return 0;
  }

  void TakeFrame(uint64_t at, std::string_view frame) {
    const size_t which = written_.FrameAt(at);
    const bool is_here = which != Written::kNone && written_.marks()[which].end == at + frame.size() &&
                         at + frame.size() <= written_.accepted();
    if (!is_here) {
      if (!rules_.may_be_changed) Complain("a frame that nobody wrote, of " + std::to_string(frame.size()), at);
      return;
    }
    read_.is_seen[which] = true;
    const std::string_view truth = std::string_view(written_.bytes()).substr(at, frame.size());
    if (truth == frame) return;
    ++read_.damaged_frames;
    if (rules_.may_be_changed) return;
    // What a power loss leaves of a sector that was not written are zeros.
    for (size_t i = 0; i < frame.size(); ++i) {
      if (frame[i] == truth[i] || (frame[i] == 0 && !rules_.is_exact)) continue;
      Complain("a frame with other bytes", at);
      return;
    }
  }

  void Complain(const std::string& what, uint64_t at) {
    if (read_.complaint.empty()) read_.complaint = what + " at " + std::to_string(at);
  }

  const Written& written_;
  const ReadBackRules& rules_;
  StreamRead& read_;
  bool is_damaged_ = false;
};

}  // namespace

StreamRead ReadBack(Disk& disk, Stream& stream, const Written& written, std::span<char> buffer,
                    const ReadBackRules& rules) {
  StreamRead read;
  read.is_seen.resize(written.marks().size());
  Reading reading(written, rules, read);
  StreamReader reader(disk, stream, 0);
  reader.Seek(0, LineCounts{});
  for (int reads = 0; read.complaint.empty(); ++reads) {
    const ReadOutcome outcome = reader.Read(buffer);
    if (reads > kReadsMax) read.complaint = "reading goes round in circles";
    if (outcome.kind == ReadOutcome::Kind::kGap) reading.TakeGap(outcome);
    if (outcome.kind == ReadOutcome::Kind::kData) {
      reader.Seek(reading.TakeData(outcome, outcome.is_cut || outcome.data.size() < buffer.size()));
    }
    read.has_ended = outcome.kind == ReadOutcome::Kind::kEnd;
    if (read.has_ended || outcome.kind == ReadOutcome::Kind::kWait) break;
  }
  read.end = reader.offset();
  return read;
}

}  // namespace tailrace
