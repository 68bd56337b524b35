#include "journal/cursor.h"

#include "base/crc32c.h"

namespace tailrace {

namespace {

// Layout of a copy, little-endian (FORMAT.md).
constexpr uint32_t kMagic = 0x31637274;  // "trc1"
constexpr size_t kMagicAt = 0;
constexpr size_t kGenerationAt = 8;
constexpr size_t kSentAt = 16;
constexpr size_t kSourcesAt = 24;
constexpr size_t kSourceBytes = 7 * sizeof(uint64_t);
constexpr size_t kCrcAt = kCursorCopyBytes - sizeof(uint32_t);
static_assert(kSourcesAt + kSources * kSourceBytes <= kCrcAt);

void PutSource(char* at, const SourceCursor& source) {
  const uint64_t values[] = {source.settled, source.lines,   source.delivered, source.duplicate,
                             source.dead,    source.dropped, source.corrupt};
  static_assert(sizeof(values) == kSourceBytes);
  std::memcpy(at, values, sizeof(values));
}

SourceCursor GetSource(const char* at) {
  uint64_t values[kSourceBytes / sizeof(uint64_t)];
  std::memcpy(values, at, sizeof(values));
  return {values[0], values[1], values[2], values[3], values[4], values[5], values[6]};
}

}  // namespace

std::string EncodeCursor(const Cursor& cursor) {
  std::string bytes(kCursorCopyBytes, '\0');
  StoreLittle<uint32_t>(&bytes[kMagicAt], kMagic);
  StoreLittle<uint64_t>(&bytes[kGenerationAt], cursor.generation);
  StoreLittle<uint64_t>(&bytes[kSentAt], cursor.sent_up_to);
  for (size_t i = 0; i < kSources; ++i) PutSource(&bytes[kSourcesAt + i * kSourceBytes], cursor.sources[i]);
  StoreLittle<uint32_t>(&bytes[kCrcAt], Crc32c(std::string_view(bytes).substr(0, kCrcAt)));
  return bytes;
}

std::optional<Cursor> DecodeCursor(std::string_view bytes) {
  if (bytes.size() < kCursorCopyBytes) return std::nullopt;
  const char* p = bytes.data();
  if (LoadLittle<uint32_t>(p + kMagicAt) != kMagic) return std::nullopt;
  if (LoadLittle<uint32_t>(p + kCrcAt) != Crc32c(bytes.substr(0, kCrcAt))) return std::nullopt;
  Cursor cursor;
  cursor.generation = LoadLittle<uint64_t>(p + kGenerationAt);
  cursor.sent_up_to = LoadLittle<uint64_t>(p + kSentAt);
  for (size_t i = 0; i < kSources; ++i) cursor.sources[i] = GetSource(p + kSourcesAt + i * kSourceBytes);
  return cursor;
}

Result<CursorFile> CursorFile::Open(Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> opened, disk.Open(path, OpenMode::kCreate));
  return Load(std::move(opened));
}

Result<CursorFile> CursorFile::Peek(Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> opened, disk.Open(path, OpenMode::kRead));
  return Load(std::move(opened));
}

Result<CursorFile> CursorFile::Load(std::unique_ptr<File> opened) {
  CursorFile file(std::move(opened));
  std::string bytes(kCursorCopyStride + kCursorCopyBytes, '\0');
  ASSIGN_OR_RETURN(size_t got, file.file_->ReadAt(0, bytes));
  bool is_found = false;
  for (size_t copy = 0; copy < 2; ++copy) {
    const std::string_view all = std::string_view(bytes).substr(0, got);
    if (all.size() < copy * kCursorCopyStride + kCursorCopyBytes) break;
    const std::optional<Cursor> cursor = DecodeCursor(all.substr(copy * kCursorCopyStride));
    if (!cursor || (is_found && cursor->generation < file.cursor_.generation)) continue;
    file.cursor_ = *cursor;
    // The newest may not be durable yet; the other one is since the last sync, and must stay until the next.
    file.copy_ = copy;
    is_found = true;
  }
  file.is_damaged_ = got > 0 && !is_found;
  return file;
}

Status CursorFile::Write(const Cursor& cursor) {
  for (size_t i = 0; i < kSources; ++i) CHECK_GE(cursor.sources[i].settled, cursor_.sources[i].settled);
  CHECK_GE(cursor.sent_up_to, cursor_.sent_up_to);
  const uint64_t generation = cursor_.generation + 1;
  cursor_ = cursor;
  cursor_.generation = generation;
  return file_->WriteAt(copy_ * kCursorCopyStride, EncodeCursor(cursor_));
}

Status CursorFile::Sync() {
  RETURN_IF_ERROR(file_->Sync());
  MarkSynced();
  return Status::Ok();
}

}  // namespace tailrace
