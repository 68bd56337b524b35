#include "journal/stream_writer.h"

#include <algorithm>
#include <optional>

#include "wire/frame.h"

namespace tailrace {

StreamWriter::StreamWriter(Disk& disk, Stream& stream)
    : disk_(disk),
      stream_(stream),
      segment_bytes_(stream.facts().spool.segment_bytes()),
      walk_(IndexLine{}) {
  const std::vector<Segment> segments = stream.Segments();
  is_recovered_ = segments.empty();
  if (!segments.empty()) end_ = segments.back().end;
}

StreamWriter::Moved StreamWriter::Move(Fifo& fifo, size_t budget, std::vector<char>& scratch) {
  Moved moved;
  const bool has_news = !is_recovered_ || is_behind_;
  const std::optional<uint64_t> lines_before = is_recovered_ ? std::optional(walk_.counts().total()) : std::nullopt;
  moved.status = OpenNewest();
  while (moved.status.ok()) {
    Result<size_t> bytes = NextMoveBytes(budget);
    if (!bytes.ok()) {
      moved.status = bytes.status();
      break;
    }
    const size_t whole_pages = WholePages(fifo, *bytes);
    const size_t asked = whole_pages > 0 ? whole_pages : *bytes;
    if (whole_pages > 0) room_.Provide(*file_, end_ - segment_start_, asked, segment_bytes_);
    Result<MoveOutcome> outcome = file_->SpliceFrom(fifo, end_ - segment_start_, asked);
    if (!outcome.ok()) {
      moved.status = outcome.status();
      break;
    }
    moved.kind = outcome->kind;
    end_ += outcome->bytes;
    moved.bytes += outcome->bytes;
    if (outcome->bytes > 0 || !is_recovered_ || is_behind_) moved.status = WalkFresh(scratch, moved.frames);
    if (outcome->kind != MoveOutcome::Kind::kMoved) break;
    // Less than asked for: the pipe holds no more, and asking again would chase a busy writer line by line.
    if (whole_pages > 0 || outcome->bytes < asked || moved.bytes >= budget) break;
  }
  WriteIndex();
  if (lines_before) moved.lines = walk_.counts().total() - *lines_before;
  if (is_recovered_ && (moved.bytes > 0 || has_news)) stream_.Publish(walk_.ProgressTo(end_));
  return moved;
}

namespace {

// Bytes to the end of the frame of which `have` bytes are there, the first of them in `header`.
size_t MissingOfFrame(std::string_view header, uint64_t have) {
  if (have < kFrameHeaderBytes) return kFrameHeaderBytes - static_cast<size_t>(have);
  const uint64_t whole = kFrameHeaderBytes + uint64_t{LoadBig32(header.data())};
  // Framing is lost here: a few more bytes until the walk finds it again; the segment grows by so much.
  if (whole <= have || whole > kFrameHeaderBytes + kFrameBodyBytesMax) return kFrameHeaderBytes;
  return static_cast<size_t>(whole - have);
}

}  // namespace

// How much the next splice may take: up to the segment's limit, then exactly to the end of the frame, then a new segment.
Result<size_t> StreamWriter::NextMoveBytes(size_t budget) {
  if (!is_full()) return std::min<size_t>(budget, segment_bytes_ - (end_ - segment_start_));
  if (!is_recovered_) return budget;  // The end of the frame is not known before the walk; the segment may grow a bit.
  if (is_cut()) return MissingOfFrame(std::string_view(header_, sizeof(header_)), end_ - walk_.whole_end());
  if (end_ > segment_start_) RETURN_IF_ERROR(Roll());
  is_roll_requested_ = false;
  return std::min<size_t>(budget, segment_bytes_);
}

// A busy pipe's bytes up to a round place in the file, so that the kernel's pages are large and each is filled by one call;
// the rest comes with the next visit. 0: there is not so much, or not so much may be taken.
size_t StreamWriter::WholePages(Fifo& fifo, size_t bytes_max) const {
  const Result<size_t> there = fifo.Available();
  if (!there.ok() || *there < kBusyBytes || *there >= bytes_max) return 0;
  const uint64_t at = end_ - segment_start_;
  return static_cast<size_t>((at + *there) / kRoundBytes * kRoundBytes - at);
}

Status StreamWriter::OpenNewest() {
  if (file_ != nullptr) return Status::Ok();
  const std::vector<Segment> segments = stream_.Segments();
  if (segments.empty()) return OpenSegment(end_, IndexLine{}, false);
  segment_start_ = segments.back().start;
  ASSIGN_OR_RETURN(file_, disk_.Open(stream_.SegmentPath(segment_start_), OpenMode::kReadWrite));
  room_.OnOldFile();
  return Status::Ok();
}

void StreamWriter::GiveBackRoom() {
  if (file_ != nullptr) room_.GiveBack(*file_);
}

// `first_line` describes the segment's first byte and is in the index before the first splice: so a reader, and the next
// start, know the counts there even when everything before has been deleted. A stream's first segment needs none.
Status StreamWriter::OpenSegment(uint64_t start, const IndexLine& first_line, bool with_index) {
  std::unique_ptr<File> index;
  if (with_index) {
    ASSIGN_OR_RETURN(index, disk_.Open(stream_.IndexPath(start), OpenMode::kCreate));
    RETURN_IF_ERROR(index->WriteAt(0, EncodeIndexLine(first_line)));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, disk_.Open(stream_.SegmentPath(start), OpenMode::kCreate));
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  // Not one of stream_.Segments(), so not ours: a damaged folder. It is left as it is.
  if (size > 0) return Status(StatusCode::kIo, "begin " + stream_.SegmentPath(start) + ": a foreign file is there");
  GiveBackRoom();
  file_ = std::move(file);
  room_.OnNewFile();
  index_ = std::move(index);
  index_lines_ = with_index ? 1 : 0;
  stale_index_bytes_ = 0;
  segment_start_ = start;
  lines_.clear();
  stream_.Seal(end_);
  stream_.AddSegment({start, start, first_line.after_discard});
  return Status::Ok();
}

Status StreamWriter::Roll() {
  CHECK(!is_cut());
  // The last block gets its line too, so that the whole sealed segment is covered by checksums.
  if (walk_.block_start() < walk_.whole_end()) lines_.push_back(walk_.CloseBlock());
  WriteIndex();
  return OpenSegment(end_, walk_.FirstLineHere(), true);
}

Status StreamWriter::BeginAfterDiscard(const StreamProgress& progress) {
  CHECK_EQ(progress.end, progress.whole_end);
  CHECK_GE(progress.end, end_);
  const std::vector<Segment> segments = stream_.Segments();
  if (segments.empty() ? progress.end == 0 : segments.back().start == progress.end) {
    // The newest one is empty, and no second can begin there: its file is opened afresh.
    GiveBackRoom();
    file_.reset();
    index_.reset();
    return Status::Ok();
  }
  IndexLine first;
  first.offset = progress.end;
  first.counts = progress.counts;
  first.time_max = progress.time_max;
  first.is_open = progress.is_open;
  first.after_discard = progress.end > end_;
  RETURN_IF_ERROR(OpenSegment(progress.end, first, true));
  end_ = progress.end;
  walk_ = StreamWalk(first);
  is_recovered_ = true;
  is_behind_ = false;
  stream_.Publish(walk_.ProgressTo(end_));
  return Status::Ok();
}

// Reads back what the splices brought since the last whole frame and walks it.
Status StreamWriter::WalkFresh(std::vector<char>& scratch, size_t& frames) {
  is_behind_ = true;
  if (!is_recovered_) RETURN_IF_ERROR(Recover());
  size_t window = kReadBackBytes;
  while (walk_.whole_end() < end_) {
    const uint64_t from = walk_.whole_end();
    const size_t want = static_cast<size_t>(std::min<uint64_t>(window, end_ - from));
    ASSIGN_OR_RETURN(size_t got, file_->ReadAt(from - segment_start_, std::span(scratch).first(want)));
    if (got < want) return Status(StatusCode::kIo, "read back " + stream_.SegmentPath(segment_start_) + ": cut short");
    frames += walk_.Walk({scratch.data(), got}, &lines_);
    const size_t walked = static_cast<size_t>(walk_.whole_end() - from);
    if (from + want == end_) {
      // The rest of the frame, if it is cut, is still in the pipe.
      std::copy_n(scratch.data() + walked, std::min(sizeof(header_), want - walked), header_);
      break;
    }
    if (walked > 0) continue;
    constexpr size_t kWindowMax = kFrameHeaderBytes + kFrameBodyBytesMax + kScratchBytes;
    CHECK_LT(window, kWindowMax);
    window = std::min(2 * window, kWindowMax);
    if (scratch.size() < window) scratch.resize(window);
  }
  is_behind_ = false;
  return Status::Ok();
}

Status StreamWriter::Recover() {
  if (is_recovered_) return Status::Ok();
  RETURN_IF_ERROR(OpenNewest());
  std::vector<Segment> segments = stream_.Segments();
  segments.back().end = end_;
  ASSIGN_OR_RETURN(Recovered recovered, RecoverEnd({disk_, stream_.directory(), segments}));
  walk_ = recovered.walk;
  // The index goes on behind its last valid line; what had to be made anew is written again from there.
  index_lines_ = recovered.lines_in_file;
  lines_.assign(recovered.lines.begin() + static_cast<std::ptrdiff_t>(std::min(index_lines_, recovered.lines.size())),
                recovered.lines.end());
  if (lines_.size() == 1 && index_lines_ == 0 && segment_start_ == 0) lines_.clear();  // Not due yet.
  if (is_cut()) {
    std::span<char> header(header_, std::min<size_t>(sizeof(header_), end_ - walk_.whole_end()));
    ASSIGN_OR_RETURN(size_t got, file_->ReadAt(walk_.whole_end() - segment_start_, header));
    if (got < header.size()) return Status(StatusCode::kIo, "read the cut frame back: cut short");
  }
  is_recovered_ = true;
  return Status::Ok();
}

Status StreamWriter::OpenIndex() {
  ASSIGN_OR_RETURN(std::unique_ptr<File> index, disk_.Open(stream_.IndexPath(segment_start_), OpenMode::kCreate));
  ASSIGN_OR_RETURN(const uint64_t size, index->Size());
  index_ = std::move(index);
  stale_index_bytes_ = static_cast<size_t>(std::min<uint64_t>(size, kIndexFileBytesMax));
  if (index_lines_ > 0 || lines_.front().offset == segment_start_) return Status::Ok();
  IndexLine first;  // Of a stream's first segment: nothing lies before it.
  first.offset = segment_start_;
  CHECK_EQ(segment_start_, 0u);
  lines_.insert(lines_.begin(), first);
  return Status::Ok();
}

// An index that cannot be written is no loss: whoever needs it walks. It is tried again with the next lines.
void StreamWriter::WriteIndex() {
  if (lines_.empty() || !is_recovered_) return;
  if (index_ == nullptr && !OpenIndex().ok()) {
    ++index_errors_;
    return;
  }
  std::string bytes;
  for (const IndexLine& line : lines_) bytes += EncodeIndexLine(line);
  // Lines made anew may be fewer than what the file held; those left of it would follow other blocks than theirs.
  const size_t at = index_lines_ * kIndexLineBytes;
  if (at + bytes.size() < stale_index_bytes_) bytes.resize(stale_index_bytes_ - at, '\0');
  if (!index_->WriteAt(at, bytes).ok()) {
    ++index_errors_;
    return;
  }
  stale_index_bytes_ = 0;
  index_lines_ += lines_.size();
  lines_.clear();
}

Result<std::string> StreamWriter::CutFrame() {
  RETURN_IF_ERROR(Recover());
  if (!is_cut()) return std::string();
  // A read that failed before may have left whole frames unwalked: they are in the segment, and no part of what is lost.
  std::vector<char> scratch(kScratchBytes);
  size_t frames = 0;
  RETURN_IF_ERROR(WalkFresh(scratch, frames));
  std::string bytes(static_cast<size_t>(end_ - walk_.whole_end()), '\0');
  if (bytes.empty()) return bytes;
  ASSIGN_OR_RETURN(size_t got, file_->ReadAt(walk_.whole_end() - segment_start_, bytes));
  if (got < bytes.size()) return Status(StatusCode::kIo, "read the cut frame back: cut short");
  return bytes;
}

}  // namespace tailrace
