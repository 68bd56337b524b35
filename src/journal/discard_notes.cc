#include "journal/discard_notes.h"

#include <algorithm>

#include "base/crc32c.h"

namespace tailrace {

namespace {

// Layout of a slot, little-endian (FORMAT.md).
constexpr size_t kStreamAt = 0;
constexpr size_t kSettledAt = 8;       // a progress
constexpr size_t kAfterAt = 48;        // a progress
constexpr size_t kProgressBytes = 40;  // end, stdout, stderr, time, open flags + padding
constexpr size_t kRestAt = 88;
constexpr size_t kOpenBytesAt = 92;
constexpr size_t kOpenRestAt = 96;
constexpr size_t kHeadBytesAt = 100;
constexpr size_t kHeadAt = 104;
constexpr size_t kFifoBytesAt = 168;
constexpr size_t kFifoAt = 172;
constexpr size_t kCrcAt = 252;
static_assert(kSettledAt + kProgressBytes == kAfterAt && kAfterAt + kProgressBytes == kRestAt);
static_assert(kHeadAt + DiscardNote::kHeadBytes == kFifoBytesAt && kFifoAt + DiscardNote::kFifoBytes == kCrcAt);
static_assert(kCrcAt + 4 == kDiscardNoteBytes);

void PutProgress(char* at, const StreamProgress& progress) {
  StoreLittle<uint64_t>(at, progress.end);
  StoreLittle<uint64_t>(at + 8, progress.counts.ends[0]);
  StoreLittle<uint64_t>(at + 16, progress.counts.ends[1]);
  StoreLittle<int64_t>(at + 24, progress.time_max);
  StoreLittle<uint32_t>(at + 32, (progress.is_open[0] ? 1u : 0u) | (progress.is_open[1] ? 2u : 0u));
}

StreamProgress GetProgress(const char* at) {
  StreamProgress progress;
  progress.end = progress.whole_end = LoadLittle<uint64_t>(at);
  progress.counts.ends[0] = LoadLittle<uint64_t>(at + 8);
  progress.counts.ends[1] = LoadLittle<uint64_t>(at + 16);
  progress.time_max = LoadLittle<int64_t>(at + 24);
  const uint32_t open = LoadLittle<uint32_t>(at + 32);
  progress.is_open = {(open & 1) != 0, (open & 2) != 0};
  return progress;
}

}  // namespace

std::string EncodeDiscardNote(const DiscardNote& note) {
  CHECK_LE(note.open_head.size(), DiscardNote::kHeadBytes);
  std::string bytes(kDiscardNoteBytes, '\0');
  StoreLittle<uint64_t>(&bytes[kStreamAt], note.stream.value);
  PutProgress(&bytes[kSettledAt], note.settled);
  PutProgress(&bytes[kAfterAt], note.open_after);
  StoreLittle<uint32_t>(&bytes[kRestAt], note.rest);
  StoreLittle<uint32_t>(&bytes[kOpenBytesAt], note.open_bytes);
  StoreLittle<uint32_t>(&bytes[kOpenRestAt], note.open_rest);
  StoreLittle<uint32_t>(&bytes[kHeadBytesAt], static_cast<uint32_t>(note.open_head.size()));
  note.open_head.copy(&bytes[kHeadAt], DiscardNote::kHeadBytes);
  CHECK_LE(note.fifo.size(), DiscardNote::kFifoBytes);
  StoreLittle<uint32_t>(&bytes[kFifoBytesAt], static_cast<uint32_t>(note.fifo.size()));
  note.fifo.copy(&bytes[kFifoAt], DiscardNote::kFifoBytes);
  StoreLittle<uint32_t>(&bytes[kCrcAt], Crc32c(std::string_view(bytes).substr(0, kCrcAt)));
  return bytes;
}

std::optional<DiscardNote> DecodeDiscardNote(std::string_view bytes) {
  if (bytes.size() < kDiscardNoteBytes) return std::nullopt;
  const char* p = bytes.data();
  if (LoadLittle<uint32_t>(p + kCrcAt) != Crc32c(bytes.substr(0, kCrcAt))) return std::nullopt;
  DiscardNote note;
  note.stream.value = LoadLittle<uint64_t>(p + kStreamAt);
  note.settled = GetProgress(p + kSettledAt);
  note.open_after = GetProgress(p + kAfterAt);
  note.rest = LoadLittle<uint32_t>(p + kRestAt);
  note.open_bytes = LoadLittle<uint32_t>(p + kOpenBytesAt);
  note.open_rest = LoadLittle<uint32_t>(p + kOpenRestAt);
  const uint32_t head_bytes_untrusted = LoadLittle<uint32_t>(p + kHeadBytesAt);
  if (head_bytes_untrusted != std::min<size_t>(note.open_bytes, DiscardNote::kHeadBytes)) return std::nullopt;
  note.open_head.assign(p + kHeadAt, head_bytes_untrusted);
  const uint32_t fifo_bytes_untrusted = LoadLittle<uint32_t>(p + kFifoBytesAt);
  if (fifo_bytes_untrusted > DiscardNote::kFifoBytes) return std::nullopt;
  note.fifo.assign(p + kFifoAt, fifo_bytes_untrusted);
  if (note.settled.end > kStreamBytesMax) return std::nullopt;
  if (note.open_bytes > 0 && note.open_after.end != note.settled.end + note.open_bytes) return std::nullopt;
  return note;
}

// Once it has succeeded it does nothing: others write notes by then.
Status DiscardNotes::Open(const std::string& path) {
  {
    MutexLock lock(mu_);
    if (!slots_.empty()) return Status::Ok();
  }
  ASSIGN_OR_RETURN(file_, disk_.Open(path, OpenMode::kCreate));
  std::string bytes(kSlots * kDiscardNoteBytes, '\0');
  ASSIGN_OR_RETURN(const uint64_t size, file_->Size());
  if (size < bytes.size()) {
    // Written, not left sparse: an overwrite must need no new block. What was there is kept.
    std::string old(static_cast<size_t>(size), '\0');
    ASSIGN_OR_RETURN(size_t got, file_->ReadAt(0, old));
    bytes.replace(0, got, old, 0, got);
    RETURN_IF_ERROR(file_->WriteAt(0, bytes));
    RETURN_IF_ERROR(file_->Sync());
  } else {
    ASSIGN_OR_RETURN(size_t got, file_->ReadAt(0, bytes));
    if (got < bytes.size()) return Status(StatusCode::kIo, "read " + path + ": cut short");
  }
  MutexLock lock(mu_);
  slots_.assign(kSlots, std::nullopt);
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const auto at = std::string_view(bytes).substr(slot * kDiscardNoteBytes, kDiscardNoteBytes);
    // A slot of zeros is free; so is one that a power loss tore, as the pipe's content went with it.
    if (at.find_first_not_of('\0') != at.npos) slots_[slot] = DecodeDiscardNote(at);
  }
  return Status::Ok();
}

std::optional<size_t> DiscardNotes::SlotOfLocked(StreamId stream) {
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot] && slots_[slot]->stream == stream) return slot;
  }
  return std::nullopt;
}

std::optional<DiscardNote> DiscardNotes::Find(StreamId stream) {
  MutexLock lock(mu_);
  const std::optional<size_t> slot = SlotOfLocked(stream);
  return slot ? slots_[*slot] : std::nullopt;
}

std::vector<DiscardNote> DiscardNotes::WithFifo() {
  MutexLock lock(mu_);
  std::vector<DiscardNote> notes;
  for (const auto& note : slots_) {
    if (note && !note->fifo.empty()) notes.push_back(*note);
  }
  return notes;
}

Status DiscardNotes::Write(const DiscardNote& written) {
  DiscardNote note = written;
  size_t slot = 0;
  {
    MutexLock lock(mu_);
    if (slots_.empty()) return Status(StatusCode::kIo, "note a discard: the notes could not be opened");
    const std::optional<size_t> own = SlotOfLocked(note.stream);
    if (own) {
      slot = *own;
      if (note.fifo.empty()) note.fifo = slots_[slot]->fifo;
    } else {
      while (slot < slots_.size() && slots_[slot]) ++slot;
      if (slot == slots_.size()) return Status(StatusCode::kBusy, "note a discard: all slots are taken");
    }
    slots_[slot] = note;
  }
  return file_->WriteAt(slot * kDiscardNoteBytes, EncodeDiscardNote(note));
}

void DiscardNotes::Clear(StreamId stream) {
  std::optional<size_t> slot;
  {
    MutexLock lock(mu_);
    slot = SlotOfLocked(stream);
  }
  if (!slot) return;
  // Should this fail, the note says what the segments say too: a stream's end is the larger of both.
  (void)file_->WriteAt(*slot * kDiscardNoteBytes, std::string(kDiscardNoteBytes, '\0'));
  // Only then may another stream take the slot.
  MutexLock lock(mu_);
  slots_[*slot].reset();
}

std::vector<StreamId> DiscardNotes::Streams() {
  MutexLock lock(mu_);
  std::vector<StreamId> streams;
  for (const auto& note : slots_) {
    if (note) streams.push_back(note->stream);
  }
  return streams;
}

}  // namespace tailrace
