#include "base/disk.h"

#include <algorithm>

#include "base/bytes.h"

namespace tailrace {

namespace {

constexpr size_t kReadStep = 64_KiB;

std::string ParentOf(const std::string& path) {
  size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// What a kill has left of an earlier attempt is removed: a shorter text must not keep a longer one's tail.
Result<std::unique_ptr<File>> OpenFresh(Disk& disk, const std::string& path) {
  auto file = disk.Open(path, OpenMode::kCreateNew);
  if (file.ok() || file.status().code() != StatusCode::kExists) return file;
  RETURN_IF_ERROR(disk.Unlink(path));
  return disk.Open(path, OpenMode::kCreateNew);
}

Status Publish(Disk& disk, const std::string& tmp, const std::string& path, std::string_view bytes, bool durable) {
  ASSIGN_OR_RETURN(auto file, OpenFresh(disk, tmp));
  RETURN_IF_ERROR(file->WriteAt(0, bytes));
  if (durable) RETURN_IF_ERROR(file->Sync());
  return disk.Rename(tmp, path);
}

}  // namespace

Result<std::string> ReadWholeFile(Disk& disk, const std::string& path, size_t bytes_max) {
  ASSIGN_OR_RETURN(auto file, disk.Open(path, OpenMode::kRead));
  // Read to the end instead of asking for the size, which is 0 for files of the kernel's own (/proc).
  std::string text;
  while (true) {
    size_t have = text.size();
    text.resize(have + std::min(kReadStep, bytes_max - have + 1));
    ASSIGN_OR_RETURN(size_t got, file->ReadAt(have, std::span(text).subspan(have)));
    bool is_at_end = have + got < text.size();
    text.resize(have + got);
    if (text.size() > bytes_max) return Corrupt("read " + path + ": more than " + std::to_string(bytes_max) + " bytes");
    if (is_at_end) return text;
  }
}

Status WriteWholeFile(Disk& disk, const std::string& path, std::string_view bytes, bool durable) {
  const std::string tmp = path + ".tmp";
  Status status = Publish(disk, tmp, path, bytes, durable);
  if (!status.ok()) {
    // Best effort: what stays is replaced by the next attempt.
    Status ignored = disk.Unlink(tmp);
    return status;
  }
  return durable ? disk.SyncDir(ParentOf(path)) : Status::Ok();
}

}  // namespace tailrace
