// DiscardNotes: the file `discards` (FORMAT.md): how far a stream's bytes have been read away, so that a kill in the
// middle loses neither framing nor count. A note is written in place, which works on a full disk; the file is
// preallocated at the start. Owned by Journal. Any thread; one stream's note is written by intake alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/mutex.h"
#include "journal/stream.h"

namespace tailrace {

struct DiscardNote {
  static constexpr size_t kHeadBytes = 64;
  static constexpr size_t kFifoBytes = 80;

  StreamId stream;
  StreamProgress settled;       // everything before settled.end is gone, and was counted
  uint32_t rest = 0;            // bytes at settled.end that still belong to a frame already counted
  // A piece that is being consumed: noted before the read that consumes it, settled after it. 0: none.
  uint32_t open_bytes = 0;
  StreamProgress open_after;    // progress once it is consumed
  uint32_t open_rest = 0;
  std::string open_head;        // its first bytes, to see on restart whether they are still in the FIFO
  // Of a stream that the disk refused at its start, and that `live/` does not name therefore: its FIFO's name. Kept by
  // later notes of the stream, which need not tell it.
  std::string fifo;
};

inline constexpr size_t kDiscardNoteBytes = 256;
std::string EncodeDiscardNote(const DiscardNote& note);
std::optional<DiscardNote> DecodeDiscardNote(std::string_view bytes);

class DiscardNotes {
 public:
  static constexpr size_t kSlots = 1024;

  explicit DiscardNotes(Disk& disk) : disk_(disk) {}

  // Opens and preallocates `<root>/discards`, and reads the notes in it.
  Status Open(const std::string& path);

  std::optional<DiscardNote> Find(StreamId stream);
  // Those that tell a FIFO.
  std::vector<DiscardNote> WithFifo();
  // Writes the stream's note, taking a free slot for its first. kBusy when all slots are taken.
  Status Write(const DiscardNote& note);
  // The gap has its segment, or the stream is gone: the slot is free again.
  void Clear(StreamId stream);
  std::vector<StreamId> Streams();

 private:
  std::optional<size_t> SlotOfLocked(StreamId stream) REQUIRES(mu_);

  Disk& disk_;
  std::unique_ptr<File> file_;  // set by Open
  Mutex mu_;
  std::vector<std::optional<DiscardNote>> slots_ GUARDED_BY(mu_);
};

}  // namespace tailrace
