#include "delivery/dead_letters.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace tailrace {

namespace {

constexpr std::string_view kSuffix = ".ndjson";
constexpr size_t kNumberDigits = 10;
// A line that is longer than this is not ours: a text of 1 MiB, twice, each byte escaped.
constexpr size_t kLineBytesMax = 32_MiB;

std::string FileName(const std::string& slot, uint64_t number) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), ".%010llu", static_cast<unsigned long long>(number));
  return slot + digits.data() + std::string(kSuffix);
}

std::optional<DeadLetterFile> ParseName(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot - 1 != kNumberDigits) return std::nullopt;
  const std::optional<uint64_t> number = ParseDecimal(name.substr(dot + 1));
  if (!number) return std::nullopt;
  return DeadLetterFile{.path = {}, .slot = std::string(name.substr(0, dot)), .number = *number};
}

}  // namespace

Status DeadLetters::Open() {
  if (is_open_) return Status::Ok();
  const Status made = disk_.MakeDir(settings_.directory);
  if (!made.ok() && made.code() != StatusCode::kExists) return made;
  ASSIGN_OR_RETURN(const std::vector<DeadLetterFile> files, ListDeadLetters(disk_, settings_.directory));
  for (const DeadLetterFile& file : files) {
    bytes_ += file.bytes;
    next_number_ = std::max(next_number_, file.number + 1);
  }
  is_open_ = true;
  return Status::Ok();
}

Result<DeadLetters::Segment*> DeadLetters::SegmentFor(const std::string& slot) {
  Segment& segment = segments_[slot];
  if (segment.file != nullptr && segment.size < kFileBytes) return &segment;
  const std::string path = settings_.directory + "/" + FileName(slot, next_number_);
  ASSIGN_OR_RETURN(segment.file, disk_.Open(path, OpenMode::kCreateNew));
  ++next_number_;
  segment.size = 0;
  RETURN_IF_ERROR(disk_.SyncDir(settings_.directory));
  return &segment;
}

DeadLetters::Written DeadLetters::Write(std::span<const DeadLetter> letters) {
  Written written{.count = 0, .status = Open()};
  if (!written.status.ok()) return written;
  std::vector<Segment*> touched;
  for (const DeadLetter& letter : letters) {
    const std::string line = EncodeDeadLetter(letter);
    if (bytes_ + line.size() > settings_.limit_bytes) {
      written.status = {StatusCode::kBusy, "write dead letter: dead-letters-limit is reached"};
      break;
    }
    Result<Segment*> segment = SegmentFor(letter.slot);
    if (segment.ok()) written.status = (*segment)->file->WriteAt((*segment)->size, line);
    if (!segment.ok()) written.status = segment.status();
    if (!written.status.ok()) break;
    (*segment)->size += line.size();
    bytes_ += line.size();
    if (std::find(touched.begin(), touched.end(), *segment) == touched.end()) touched.push_back(*segment);
    ++written.count;
  }
  const Status synced = SyncAll(touched);
  if (!synced.ok()) written = {.count = 0, .status = synced};
  return written;
}

// After a failed sync nobody knows what is durable: the letters are written again, into new files.
Status DeadLetters::SyncAll(const std::vector<Segment*>& written) {
  Status status;
  for (Segment* segment : written) {
    const Status synced = segment->file->Sync();
    if (synced.ok()) continue;
    segment->file.reset();
    status = synced;
  }
  return status;
}

Result<std::vector<DeadLetterFile>> ListDeadLetters(Disk& disk, const std::string& directory) {
  std::vector<DeadLetterFile> files;
  const Result<std::vector<DirEntry>> entries = disk.List(directory);
  if (!entries.ok() && entries.status().code() == StatusCode::kNotFound) return files;
  if (!entries.ok()) return entries.status();
  for (const DirEntry& entry : *entries) {
    std::optional<DeadLetterFile> file = ParseName(entry.name);
    if (!file) continue;
    file->path = directory + "/" + entry.name;
    const Result<FileInfo> info = disk.Stat(file->path);
    if (info.ok()) file->bytes = info->bytes;
    files.push_back(std::move(*file));
  }
  std::sort(files.begin(), files.end(), [](const DeadLetterFile& a, const DeadLetterFile& b) {
    return a.slot != b.slot ? a.slot < b.slot : a.number < b.number;
  });
  return files;
}

Status ReadDeadLetters(Disk& disk, const std::string& path, const std::function<bool(const DeadLetter&)>& take) {
  constexpr size_t kReadBytes = 256_KiB;
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, disk.Open(path, OpenMode::kRead));
  std::string held;
  for (uint64_t offset = 0;;) {
    std::string block(kReadBytes, '\0');
    ASSIGN_OR_RETURN(const size_t got, file->ReadAt(offset, block));
    if (got == 0) return Status::Ok();  // A torn line at the end is left over.
    offset += got;
    held.append(block, 0, got);
    size_t begin = 0;
    for (size_t end = held.find('\n'); end != std::string::npos; end = held.find('\n', begin)) {
      const std::optional<DeadLetter> letter = DecodeDeadLetter(std::string_view(held).substr(begin, end + 1 - begin));
      begin = end + 1;
      if (letter && !take(*letter)) return Status::Ok();
    }
    held.erase(0, begin);
    if (held.size() > kLineBytesMax) return Corrupt("read dead letters: a line without an end");
  }
}

}  // namespace tailrace
