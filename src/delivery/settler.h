// Settler: turns an answer into what becomes of each record: settled, tried again, held, or into the dead letters
// first. Owned by a Destination. Delivery thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "delivery/batch.h"
#include "delivery/books.h"
#include "delivery/dead_letters.h"
#include "delivery/retry_groups.h"
#include "sinks/sink.h"

namespace tailrace {

class Settler {
 public:
  // One document that fails although others do not, for so long, is poison (a server that answers 500 to it).
  static constexpr int kPoisonAttempts = 20;
  static constexpr uint64_t kPoisonSiblings = 20;
  static constexpr Nanos kPoisonAge = std::chrono::minutes(10);
  // A stream of which so many answers took nothing, for so long, while others were delivered: its index is in trouble.
  static constexpr int kStuckAnswers = 3;
  static constexpr Nanos kStuckAge = std::chrono::seconds(30);
  static constexpr Nanos kHold = std::chrono::seconds(30);

  struct Parts {
    Disk& disk;
    Clock& clock;
    Random& random;
    Log& log;
    DeadLetters& dead_letters;
    Books& books;
    RetryGroups& groups;
  };
  explicit Settler(const Parts& parts) : parts_(parts) {}

  struct Answer {
    const Judgement& judgement;  // exactly one outcome per record
    std::string url;
    MonoTime now;
  };
  struct Applied {
    size_t settled = 0;       // records, dead ones included
    size_t held = 0;
    size_t stuck = 0;         // of these: not an operator's matter, but failing again and again
    size_t retried = 0;
    bool is_full = false;     // the retry groups had no room: rewind
  };
  // Every record of the batch has its outcome.
  Applied Apply(const Batch& batch, const Answer& answer);
  // Nobody knows, or nothing was taken: all of it again at `not_before`. False: no room.
  bool Retry(const Batch& batch, MonoTime now, MonoTime not_before);
  // Too large (`halves_bytes`), or poison inside: smaller pieces at once; a single record is dead. False: no room.
  bool Split(const Batch& batch, const Answer& answer, bool halves_bytes);

 private:
  enum class Verdict { kSettled, kRetry, kHold, kDead };

  Verdict VerdictOn(const Batch& batch, const RecordOutcome& outcome, const Answer& answer) const;
  void SettleAll(const Batch& batch);
  void SettleDelivered(const BatchRecord& record, const RecordOutcome& outcome);
  // Those of records[i] for all `failed` that are sent again; those of stuck streams are held.
  std::vector<RetryRange> HoldStuck(const Batch& batch, const std::vector<size_t>& failed, const Answer& answer,
                                    Applied& applied);
  bool IsStuck(const StreamSlot& slot, const RecordOutcome& outcome, MonoTime now) const;
  void Hold(const RetryRange& range, const Answer& answer, const std::string& why);
  // Writes the letters of records[i] for all `dead`; those that could not be written are held. Returns those whose text
  // has gone meanwhile: read again, they are a gap.
  std::vector<RetryRange> Bury(const Batch& batch, const std::vector<size_t>& dead, const Answer& answer);
  void WriteLetters(const std::vector<DeadLetter>& letters, const std::vector<RetryRange>& ranges,
                    const Answer& answer);
  std::optional<DeadLetter> LetterOf(const Batch& batch, size_t index, const Answer& answer);
  void EndHoldProbe(const Batch& batch, const Answer& answer);
  bool AddFailed(const Batch& batch, std::vector<RetryRange> ranges, MonoTime now);
  bool AddGroup(std::vector<RetryRange> ranges, RetryGroup group);
  BatchOrigin OriginAfter(const Batch& batch, MonoTime now) const;
  MonoTime AgainAt(const BatchOrigin& origin, MonoTime now) const;

  const Parts parts_;
};

}  // namespace tailrace
