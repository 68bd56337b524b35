#include "journal/stream_loader.h"

#include <algorithm>
#include <limits>

#include "journal/segment_index.h"

namespace tailrace {

namespace {

constexpr size_t kOffsetDigits = 20;
constexpr std::string_view kSegmentSuffix = ".log";

std::optional<uint64_t> SegmentStartOf(const DirEntry& entry) {
  if (entry.kind != DirEntry::Kind::kFile || entry.name.size() != kOffsetDigits + kSegmentSuffix.size() ||
      !entry.name.ends_with(kSegmentSuffix)) {
    return std::nullopt;
  }
  return ParseDecimal(std::string_view(entry.name).substr(0, kOffsetDigits));
}

// Where a gap lies before a segment, its first index line says whether a discard made it.
void MarkDiscards(Disk& disk, const std::string& directory, std::vector<Segment>& segments) {
  const std::vector<Segment> all = segments;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].start == (i == 0 ? 0 : segments[i - 1].end)) continue;
    const std::vector<IndexLine> lines = ReadIndexFile({disk, directory, all}, segments[i]);
    segments[i].after_discard = !lines.empty() && lines.front().after_discard;
  }
}

}  // namespace

std::string FormatStreamFolder(const StreamFolderName& name) {
  return std::to_string(name.run) + "-" + name.id.ToString();
}

std::optional<StreamFolderName> ParseStreamFolder(std::string_view name) {
  const size_t dash = name.find('-');
  if (dash == name.npos) return std::nullopt;
  const std::optional<uint64_t> run = ParseDecimal(name.substr(0, dash));
  const std::optional<uint64_t> id = ParseHex64(name.substr(dash + 1));
  if (!run || !id) return std::nullopt;
  return StreamFolderName{*run, StreamId{*id}};
}

bool IsFolderName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 && name.find('/') == name.npos &&
         name.find('\0') == name.npos;
}

Result<std::vector<Segment>> ListSegments(Disk& disk, const std::string& directory) {
  ASSIGN_OR_RETURN(std::vector<DirEntry> entries, disk.List(directory));
  std::vector<uint64_t> starts;
  for (const DirEntry& entry : entries) {
    const std::optional<uint64_t> start = SegmentStartOf(entry);
    if (start && *start <= kStreamBytesMax) starts.push_back(*start);  // No stream is longer.
  }
  std::sort(starts.begin(), starts.end());
  std::vector<Segment> segments;
  for (const uint64_t start : starts) {
    const Result<FileInfo> info = disk.Stat(directory + "/" + SegmentName(start, kSegmentSuffix));
    // Without the newest one's size it is not known where the stream goes on; another one is a gap.
    if (!info.ok() && start == starts.back()) return info.status();
    if (!info.ok() || info->bytes > kStreamBytesMax) continue;
    // Segments lie behind each other; one that begins inside another is foreign.
    if (!segments.empty() && start < segments.back().end) continue;
    segments.push_back({start, start + info->bytes, false});
  }
  MarkDiscards(disk, directory, segments);
  return segments;
}

Result<StreamFacts> LoadFacts(Disk& disk, const std::string& directory, const StreamFolderName& name) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(disk, directory + "/facts", kFactsBytesMax));
  ASSIGN_OR_RETURN(StreamFacts facts, DecodeFacts(bytes));
  if (facts.id != name.id || facts.run != name.run) return Corrupt("read facts: they belong to another folder");
  return facts;
}

Status LoadEnded(Disk& disk, Stream& stream, const std::optional<DiscardNote>& note) {
  ASSIGN_OR_RETURN(std::vector<Segment> segments, ListSegments(disk, stream.directory()));
  StreamProgress progress;
  if (!segments.empty()) {
    const Result<Recovered> recovered = RecoverEnd({disk, stream.directory(), segments});
    if (recovered.ok()) progress = recovered->walk.ProgressTo(segments.back().end);
    // A newest segment that cannot be read is shown as a gap up to its end; the others are there.
    if (!recovered.ok()) progress.end = progress.whole_end = segments.back().end;
    // Not known: an answer that begins at a time must not pass it over.
    if (!recovered.ok()) progress.time_max = std::numeric_limits<int64_t>::max();
  }
  if (note && note->settled.end > progress.end) progress = note->settled;
  stream.Load(std::move(segments), progress, true);
  return Status::Ok();
}

Status LoadLive(Disk& disk, Stream& stream, const std::optional<DiscardNote>& note) {
  ASSIGN_OR_RETURN(std::vector<Segment> segments, ListSegments(disk, stream.directory()));
  StreamProgress progress;
  if (!segments.empty()) {
    progress.end = segments.back().end;
    progress.whole_end = segments.back().start;
  }
  if (note && note->settled.end > progress.end) progress = note->settled;
  stream.Load(std::move(segments), progress, false);
  return Status::Ok();
}

}  // namespace tailrace
