// Discard: reads whole frames of one FIFO away, counting lines, beginning with the rest of a cut one, so that neither
// framing nor count is lost, not even to a kill in the middle: peek, note, consume by one read, note again
// (journal/discard_notes.h). Intake thread only; lives as long as the discard.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "journal/discard_notes.h"
#include "journal/walk.h"

namespace tailrace {

class Discard {
 public:
  // Begins where a writer stands, at `end` of its segment: `cut_frame` are the bytes of the cut frame that are in it, or
  // nothing when they cannot be read; then what comes next is taken for damage up to the next frame.
  Discard(DiscardNotes& notes, StreamId stream, const StreamWalk& walk, uint64_t end, std::string cut_frame);
  // Goes on after a restart, from the note that was found.
  Discard(DiscardNotes& notes, const DiscardNote& note);

  // Settles the piece that was being consumed when the process died: it is either still at the FIFO's head or gone.
  // `fifo` is null when the FIFO is gone, and with it whatever it held.
  static DiscardNote Settle(DiscardNote note, Fifo* fifo);

  struct Step {
    MoveOutcome::Kind kind = MoveOutcome::Kind::kEmpty;  // of the FIFO
    size_t bytes = 0;        // consumed
    bool is_waiting = false; // the pipe holds the beginning of a frame whose rest is to come
    Status note_status;      // not ok: went on without a note
  };
  // `scratch` is the room to peek into. `takes_cut`: the rest of a frame has been waited for long enough; what is there of
  // it is consumed, so that the end of the stream behind it can be seen.
  Result<Step> DoStep(Fifo& fifo, std::vector<char>& scratch, bool takes_cut = false);

  // True between frames: a segment may begin here.
  bool is_at_frame() const { return rest_ == 0 && cut_frame_.empty(); }
  StreamProgress progress() const;
  // What was counted before it began has become known (its segments could not be read then).
  void AddBefore(const StreamWalk& walk);
  uint64_t lines() const { return walk_.counts().total() - lines_before_; }

 private:
  // How many of the peeked bytes the next piece takes, and what is known behind it.
  struct Piece {
    size_t bytes = 0;
    StreamWalk walk;
    uint32_t rest = 0;
    std::string cut_frame;  // of a frame at walk, consumed before its length was known
  };
  std::optional<Piece> NextPiece(std::string_view peeked, size_t wait_bytes_max) const;
  Piece PieceOfGiant(const StreamWalk& walk, std::string_view peeked, std::string_view frame) const;
  DiscardNote NoteHere() const;

  DiscardNotes& notes_;
  const StreamId stream_;
  StreamWalk walk_;         // at the next frame's beginning
  std::string cut_frame_;   // of the frame at walk_, already in the segment (or consumed, see Piece)
  uint64_t end_;            // consumed up to here; = walk_.whole_end() + cut_frame_.size() - rest_
  uint32_t rest_ = 0;       // bytes at end_ of a frame that has been counted (one larger than the pipe)
  uint64_t lines_before_;
};

}  // namespace tailrace
