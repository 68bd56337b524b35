#include "intake/discard.h"

#include <algorithm>

#include "wire/frame.h"

namespace tailrace {

namespace {

IndexLine LineOf(const StreamProgress& progress, uint64_t offset) {
  IndexLine line;
  line.offset = offset;
  line.counts = progress.counts;
  line.time_max = progress.time_max;
  line.is_open = progress.is_open;
  return line;
}

}  // namespace

Discard::Discard(DiscardNotes& notes, StreamId stream, const StreamWalk& walk, uint64_t end, std::string cut_frame)
    : notes_(notes),
      stream_(stream),
      walk_(walk),
      cut_frame_(std::move(cut_frame)),
      end_(end),
      lines_before_(walk.counts().total()) {
  if (walk_.whole_end() + cut_frame_.size() == end_) return;
  cut_frame_.clear();
  walk_ = StreamWalk(LineOf(walk.ProgressTo(end_), end_));
}

Discard::Discard(DiscardNotes& notes, const DiscardNote& note)
    : notes_(notes),
      stream_(note.stream),
      walk_(LineOf(note.settled, note.settled.end + note.rest)),
      end_(note.settled.end),
      rest_(note.rest),
      lines_before_(note.settled.counts.total()) {
  CHECK_EQ(note.open_bytes, 0u);
}

DiscardNote Discard::Settle(DiscardNote note, Fifo* fifo) {
  if (note.open_bytes == 0) return note;
  bool is_consumed = true;
  if (fifo != nullptr) {
    std::string head(note.open_head.size(), '\0');
    const Result<size_t> available = fifo->Available();
    const Result<MoveOutcome> peeked = fifo->Peek(head);
    is_consumed = !(available.ok() && *available >= note.open_bytes && peeked.ok() &&
                    peeked->kind == MoveOutcome::Kind::kMoved && peeked->bytes == head.size() &&
                    head == note.open_head);
  }
  if (is_consumed) {
    note.settled = note.open_after;
    note.rest = note.open_rest;
  }
  note.open_bytes = 0;
  return note;
}

StreamProgress Discard::progress() const {
  StreamProgress progress = walk_.ProgressTo(end_);
  progress.whole_end = end_;
  return progress;
}

void Discard::AddBefore(const StreamWalk& before) {
  StreamProgress progress = walk_.ProgressTo(end_);
  progress.counts = progress.counts + before.counts();
  progress.time_max = std::max(progress.time_max, before.time_max());
  lines_before_ += before.counts().total();
  walk_ = StreamWalk(LineOf(progress, walk_.whole_end()));
}

DiscardNote Discard::NoteHere() const {
  DiscardNote note;
  note.stream = stream_;
  note.settled = progress();
  note.rest = rest_;
  return note;
}

Result<Discard::Step> Discard::DoStep(Fifo& fifo, std::vector<char>& scratch, bool takes_cut) {
  Step step;
  ASSIGN_OR_RETURN(const MoveOutcome peek, fifo.Peek(scratch));
  step.kind = peek.kind;
  if (peek.kind != MoveOutcome::Kind::kMoved) return step;
  const std::string_view peeked(scratch.data(), peek.bytes);
  // A frame that fits the pipe will be there as a whole soon; dockerd writes each by one write.
  const std::optional<Piece> piece = NextPiece(peeked, takes_cut ? 0 : std::min(fifo.Capacity(), scratch.size()) / 2);
  if (!piece) {
    step.is_waiting = true;
    return step;
  }
  DiscardNote note = NoteHere();
  note.open_bytes = static_cast<uint32_t>(piece->bytes);
  note.open_after = piece->walk.ProgressTo(end_ + piece->bytes);
  note.open_after.whole_end = note.open_after.end;
  note.open_rest = piece->rest;
  note.open_head = peeked.substr(0, std::min(DiscardNote::kHeadBytes, piece->bytes));
  step.note_status = notes_.Write(note);
  RETURN_IF_ERROR(fifo.Drop(piece->bytes));
  walk_ = piece->walk;
  end_ += piece->bytes;
  rest_ = piece->rest;
  cut_frame_ = piece->cut_frame;
  step.bytes = piece->bytes;
  const Status settled = notes_.Write(NoteHere());
  if (step.note_status.ok()) step.note_status = settled;
  return step;
}

std::optional<Discard::Piece> Discard::NextPiece(std::string_view peeked, size_t wait_bytes_max) const {
  if (rest_ > 0) {
    const size_t bytes = std::min<size_t>(rest_, peeked.size());
    return Piece{bytes, walk_, rest_ - static_cast<uint32_t>(bytes), {}};
  }
  std::string joined;
  std::string_view frames = peeked;
  if (!cut_frame_.empty()) {
    joined = cut_frame_;
    joined += peeked;
    frames = joined;
  }
  StreamWalk walk = walk_;
  walk.Walk(frames, nullptr);
  if (walk.whole_end() > end_) return Piece{static_cast<size_t>(walk.whole_end() - end_), walk, 0, {}};
  // Damage may end inside the cut frame: what is left of that is the beginning of the next one.
  frames.remove_prefix(static_cast<size_t>(walk.whole_end() - walk_.whole_end()));
  const FrameStep step = NextFrame(frames, false);
  CHECK(step.kind == FrameStep::Kind::kNeedMore);
  if (wait_bytes_max > 0 && step.bytes <= wait_bytes_max) return std::nullopt;
  // Its length is not known: it is remembered as the beginning of a cut frame, to be joined with what comes.
  if (step.bytes == 0) return Piece{peeked.size(), walk, 0, std::string(frames)};
  return PieceOfGiant(walk, peeked, frames);
}

// A frame larger than the pipe is consumed as it comes. Its end, where it says whether it is partial, is not seen
// together with its beginning: it counts as a line.
Discard::Piece Discard::PieceOfGiant(const StreamWalk& walk, std::string_view peeked, std::string_view frame) const {
  const uint32_t whole = static_cast<uint32_t>(kFrameHeaderBytes) + LoadBig32(frame.data());
  CHECK_GT(whole, frame.size());
  const bool is_stderr = frame.substr(kFrameHeaderBytes).starts_with("\x0a\x06stderr");
  StreamProgress progress = walk.ProgressTo(walk.whole_end());
  ++progress.counts.of(is_stderr ? Source::kStderr : Source::kStdout);
  progress.is_open[is_stderr ? 1 : 0] = false;
  return Piece{peeked.size(), StreamWalk(LineOf(progress, walk.whole_end() + whole)),
               whole - static_cast<uint32_t>(frame.size()), {}};
}

}  // namespace tailrace
