// Cursor: how far one slot of one stream has been delivered (rule R6), in the file `cursor.<slot>` (FORMAT.md): two
// copies, each with its checksum. Between syncs the same copy is rewritten in place; after a sync, the other one, so
// that a power loss leaves one whole. Values; the file is used by the delivery thread alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "journal/position.h"

namespace tailrace {

// Of one source: everything below `settled` has had its outcome, and these are the line ends among it.
struct SourceCursor {
  uint64_t settled = 0;  // offset
  uint64_t lines = 0;    // line ends before it
  uint64_t delivered = 0;
  uint64_t duplicate = 0;  // among the delivered
  uint64_t dead = 0;
  uint64_t dropped = 0;
  uint64_t corrupt = 0;
  friend bool operator==(const SourceCursor&, const SourceCursor&) = default;
};

struct Cursor {
  uint64_t generation = 0;  // rises with each write
  uint64_t sent_up_to = 0;  // end of the last record ever handed to the transport, written before its request starts
  std::array<SourceCursor, kSources> sources{};
  // Where reading begins after a restart.
  uint64_t frontier() const { return std::min(sources[0].settled, sources[1].settled); }
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

inline constexpr size_t kCursorCopyBytes = 256;
inline constexpr size_t kCursorCopyStride = 512;  // a sector: a torn write leaves the other copy alone
std::string EncodeCursor(const Cursor& cursor);
std::optional<Cursor> DecodeCursor(std::string_view bytes);

class CursorFile {
 public:
  // Reads the newest valid copy; a missing or wholly damaged file is a cursor at the beginning, told by `is_damaged`.
  static Result<CursorFile> Open(Disk& disk, const std::string& path);
  // The same for a look: makes nothing (kNotFound), and must not be written.
  static Result<CursorFile> Peek(Disk& disk, const std::string& path);

  const Cursor& cursor() const { return cursor_; }
  bool is_damaged() const { return is_damaged_; }
  // Visible at once, durable with the next Sync. The generation is counted here.
  Status Write(const Cursor& cursor);
  Status Sync();
  // What Sync does besides syncing, for when another thread has synced the file.
  void MarkSynced() { copy_ = 1 - copy_; }

 private:
  explicit CursorFile(std::unique_ptr<File> file) : file_(std::move(file)) {}
  static Result<CursorFile> Load(std::unique_ptr<File> opened);

  std::unique_ptr<File> file_;
  Cursor cursor_;
  size_t copy_ = 0;          // the one that Write rewrites
  bool is_damaged_ = false;
};

}  // namespace tailrace
