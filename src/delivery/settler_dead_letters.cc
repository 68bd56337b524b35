// Settler, the part that writes dead letters.
#include "delivery/record_text.h"
#include "delivery/settler.h"
#include "sinks/http_url.h"

namespace tailrace {

std::vector<RetryRange> Settler::Bury(const Batch& batch, const std::vector<size_t>& dead, const Answer& answer) {
  std::vector<DeadLetter> letters;
  std::vector<RetryRange> ranges;
  std::vector<RetryRange> gone;
  for (const size_t index : dead) {
    const RetryRange& range = batch.records()[index].range;
    std::optional<DeadLetter> letter = LetterOf(batch, index, answer);
    if (letter) {
      letters.push_back(std::move(*letter));
      ranges.push_back(range);
    } else if (batch.origin.is_hold_probe) {
      Hold(range, answer, range.slot->hold_error);
    } else {
      gone.push_back(range);
    }
  }
  if (!letters.empty()) WriteLetters(letters, ranges, answer);
  return gone;
}

void Settler::WriteLetters(const std::vector<DeadLetter>& letters, const std::vector<RetryRange>& ranges,
                           const Answer& answer) {
  const DeadLetters::Written written = parts_.dead_letters.Write(letters);
  if (!written.status.ok()) {
    parts_.log.Write(LogLevel::kError, "dead-letters", {{"why", written.status.message()}});
  }
  const bool may_drop = written.status.code() == StatusCode::kBusy && !parts_.dead_letters.holds_when_full();
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i < written.count) {
      parts_.books.SettleDead(*ranges[i].slot, ranges[i].place, letters[i].type);
    } else if (may_drop) {
      parts_.books.Settle(*ranges[i].slot, ranges[i].place, Settlement::kDropped);
    } else {
      Hold(ranges[i], answer, written.status.message());
    }
  }
}

// Nothing: its text has gone.
std::optional<DeadLetter> Settler::LetterOf(const Batch& batch, size_t index, const Answer& answer) {
  const RetryRange& range = batch.records()[index].range;
  StreamSlot& slot = *range.slot;
  const RecordOutcome& outcome = answer.judgement.outcomes[index];
  Record record{.place = range.place, .text = {}, .other = {}};
  std::string joined;
  if (HasText(range.place)) {
    if (!ReadText(parts_.disk, slot.stream(), range.place, joined)) return std::nullopt;
    record.text = joined;
  }
  DeadLetter letter;
  letter.slot = slot.name();
  letter.url = ShownUrl(answer.url);
  letter.container_id = slot.stream().facts().container_id;
  letter.container_name = slot.stream().facts().container_name;
  letter.stream_id = slot.stream().id().value;
  letter.offset = range.place.first;
  letter.source = SourceName(range.place.tile.source);
  letter.time_nano = range.place.time_nano;
  letter.text = record.text;
  EncodeRecord(slot, record, letter.document);
  letter.status = outcome.status;
  letter.type = outcome.type;
  letter.reason = outcome.reason.empty() ? answer.judgement.error : outcome.reason;
  letter.attempts = batch.origin.attempts + 1;
  letter.last_attempt = parts_.clock.WallNow();
  const Nanos since_first = batch.origin.attempts > 0 ? answer.now - batch.origin.first_failed : Nanos(0);
  letter.first_attempt.ns = letter.last_attempt.ns - since_first.count();
  return letter;
}

}  // namespace tailrace
