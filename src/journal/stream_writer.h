// StreamWriter: puts a FIFO's bytes into its stream: splice, walk, index, roll, publish. Used by the intake thread alone;
// the Stream outlives it. Only splice writes a segment (rule R1): nothing here appends to, truncates or repairs one.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "journal/room_ahead.h"
#include "journal/segment_index.h"
#include "journal/stream.h"
#include "journal/walk.h"

namespace tailrace {

class StreamWriter {
 public:
  // For a new stream, or one found in `live/` (then the first Move recovers: splice first, then walk from the last valid
  // index line). Opens nothing yet.
  StreamWriter(Disk& disk, Stream& stream);
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  struct Moved {
    MoveOutcome::Kind kind = MoveOutcome::Kind::kEmpty;  // what the last splice found
    size_t bytes = 0;
    size_t frames = 0;
    uint64_t lines = 0;  // ends of lines; 0 at a recovery, which cannot tell old ones from new ones
    Status status;  // not ok: the move stopped there; what was moved before counts. kNoSpace: try again.
  };
  // Moves at most about `budget` bytes (a frame that fills the segment is completed), less if the pipe holds less.
  // `scratch` holds at least kScratchBytes and is used only during the call.
  Moved Move(Fifo& fifo, size_t budget, std::vector<char>& scratch);
  static constexpr size_t kScratchBytes = 256 * 1024;
  // What was moved is read back by so much at a time: it stays in the processor's cache while it is walked.
  static constexpr size_t kReadBackBytes = 64 * 1024;
  // With so much in the pipe only what ends at a multiple of kRoundBytes of the file is moved.
  static constexpr size_t kBusyBytes = 128 * 1024;
  static constexpr size_t kRoundBytes = 64 * 1024;

  // The next Move begins a new segment (so that the present one can be synced without disturbing it), at the next frame
  // boundary.
  void RequestRoll() { is_roll_requested_ = true; }

  // The stream is quiet, or over: what room its segment has beyond its end is given back.
  void GiveBackRoom();

  // Recovers what was not yet (a stream that ended while nobody served). After it, end() and the counts are known.
  Status Recover();

  // A discard took over at end() and came to `progress.end`: begins a segment there, flagged after-discard. When nothing
  // was discarded it is merely a new file, to leave one that cannot be written.
  Status BeginAfterDiscard(const StreamProgress& progress);

  // The bytes of the cut frame at the end of the newest segment, for a discard that goes on inside it.
  Result<std::string> CutFrame();

  uint64_t end() const { return end_; }
  bool is_recovered() const { return is_recovered_; }
  bool is_cut() const { return end_ != walk_.whole_end(); }
  const StreamWalk& walk() const { return walk_; }
  uint64_t index_errors() const { return index_errors_; }

 private:
  Status OpenNewest();
  Status OpenSegment(uint64_t start, const IndexLine& first_line, bool with_index);
  Status Roll();
  Status WalkFresh(std::vector<char>& scratch, size_t& frames);
  Result<size_t> NextMoveBytes(size_t budget);
  size_t WholePages(Fifo& fifo, size_t bytes_max) const;
  Status OpenIndex();
  void WriteIndex();
  bool is_full() const { return end_ - segment_start_ >= segment_bytes_ || is_roll_requested_; }

  Disk& disk_;
  Stream& stream_;
  const uint64_t segment_bytes_;
  std::unique_ptr<File> file_;    // newest segment; null until the first Move
  RoomAhead room_;                // of file_
  std::unique_ptr<File> index_;   // its index; null until its first line is due
  uint64_t segment_start_ = 0;
  uint64_t end_ = 0;
  StreamWalk walk_;
  bool is_recovered_ = false;
  bool is_behind_ = false;          // what was moved could not be read back yet
  bool is_roll_requested_ = false;
  std::vector<IndexLine> lines_;    // due, not yet in the index file
  size_t index_lines_ = 0;          // in the file
  size_t stale_index_bytes_ = 0;    // of the file when it was opened; zeroed with the next lines
  uint64_t index_errors_ = 0;
  char header_[4] = {};             // of the cut frame, as far as it is there
};

}  // namespace tailrace
