// RecordReader: forms the records of a stream from a position on: the same records from the same position, always
// (rules R4 and R7): walks frames, joins pieces, turns gaps into markers. Each source may begin at its own place;
// frames of it below are skipped. Holds neither files nor bytes between calls. A resource of the delivery thread; the
// Stream outlives it.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "delivery/read_buffer.h"
#include "delivery/record.h"
#include "journal/cursor.h"
#include "journal/stream_reader.h"
#include "wire/line_joiner.h"

namespace tailrace {

class RecordReader {
 public:
  // Everything that both sources' frontiers leave over.
  RecordReader(Disk& disk, Stream& stream, const std::array<SourceCursor, kSources>& cursors);
  // One range of one source.
  RecordReader(Disk& disk, Stream& stream, const RecordPlace& range);
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  enum class Outcome {
    kRecord,  // `record` is the next one
    kWait,    // all that is here has been given, or what was next has gone: look again
    kEnd,     // and no more will come
  };
  Outcome Next(ReadBuffer& buffer, Record& record);
  // The record that Next gave last could not be used now: it comes again.
  void Unget(const Record& record);

  // Where reading goes on; what lies before has been given, or is open.
  uint64_t offset() const { return offset_; }
  bool has_ready() const { return !ready_.empty(); }
  // Bytes that were read before are still in the buffer.
  bool HasRead(const ReadBuffer& buffer) const { return !data_.empty() && buffer.IsStill(turn_); }
  bool is_over() const { return is_over_; }
  // The stretch behind the source's last record in which it has nothing; without width if there is none.
  Tile IdleOf(Source source) const;
  // The next tile of the source begins where its idle stretch ends.
  void SkipIdle(const Tile& idle);

  uint64_t corrupt_bytes() const { return corrupt_bytes_; }
  uint64_t suspect_blocks() const { return reader_.suspect_blocks(); }

 private:
  struct Side {
    uint64_t wanted_from = 0;  // frames of the source that begin before are skipped; UINT64_MAX: all
    uint64_t prev_end = 0;     // where its next tile begins
    uint64_t lines = 0;        // its line ends before that
    bool continues = false;    // the open line began before its first piece
    bool is_wanted() const { return wanted_from != UINT64_MAX; }
  };
  struct PendingGap {
    std::array<Tile, kSources> tiles;
    uint64_t end = 0;
    GapReason reason = GapReason::kDropOldest;
  };

  Outcome Give(ReadBuffer& buffer, Record& record);
  std::optional<Outcome> Fetch(ReadBuffer& buffer);
  void TakeData(const ReadOutcome& read, size_t asked_bytes);
  bool TakePlain(Record& record);
  void StepFrame();
  size_t JudgeFrame();
  void TakeEntry(const LogEntry& entry, uint64_t frame_end);
  void TakeCutFrame();
  void TakeDamage(size_t bytes);
  void TakeGap(const ReadOutcome& read);
  void GiveMarker(int64_t time_nano);
  void GiveOpen(RecordKind kind);
  void GiveCorrupt(const LineCounts& counts);
  void GivePart(Source source, const LineJoiner::Part& part, RecordKind kind);
  void FinishRange();
  void FinishStream();
  void WalkAgain();
  void StepBack(const Tile& tile, uint64_t first);
  std::optional<std::string_view> TextOf(ReadBuffer& buffer, const RecordPlace& place);

  Disk& disk_;
  Stream& stream_;
  StreamReader reader_;
  LineJoiner joiner_;
  std::array<Side, kSources> sides_;
  uint64_t offset_;
  uint64_t end_ = UINT64_MAX;        // of a range
  RecordKind end_kind_ = RecordKind::kLine;
  uint64_t end_lines_ = 0;           // of the range's source, at its end

  uint64_t turn_ = 0;                // of the buffer; what is in it is ours as long as it is the buffer's
  std::string_view all_;             // what was read last, from all_from_ on
  uint64_t all_from_ = 0;
  std::string_view data_;            // the rest of it, from offset_ on
  bool is_large_ = false;            // the next read is of a frame that did not fit
  bool is_data_last_ = false;        // nothing follows that could complete a frame
  bool is_data_cut_ = false;         // it may end in a frame that was never completed
  bool asked_large_ = false;

  bool is_damaged_ = false;          // framing is lost since the last entry
  bool is_over_ = false;
  std::optional<PendingGap> gap_;    // waits for the time of the frame behind it
  std::vector<Record> ready_;        // without text, but for markers
  uint64_t corrupt_bytes_ = 0;
};

}  // namespace tailrace
