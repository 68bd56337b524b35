// HttpJudge: what the answer to a whole request means, whatever is in it; one table for all kinds of destinations.
// Pure; any thread.
//
// kDelivered for all records, or kRetry for all: a request that failed as a whole never holds or drops records by
// itself, its advice says what the destination does. The exception is a lone record that the server refuses for
// itself (too large, not understood): it is kRejected.
#pragma once

#include <span>

#include "sinks/sink.h"

namespace tailrace {

// Statuses that mean "something in the body is poison": split it, and a lone record is rejected.
inline constexpr int kPoisonStatuses[] = {400};
// With 422, which some receivers prefer.
inline constexpr int kPoisonStatusesWebhook[] = {400, 422};

Judgement JudgeHttp(const HttpResponse& response, size_t records, std::span<const int> poison = kPoisonStatuses);

// The same for a request that got no answer; for delivery.
Judgement JudgeFailure(const HttpFailure& failure, size_t records);

// An answer that nobody can understand. `why` begins "the answer …".
Judgement UnknownAnswer(size_t records, std::string why);

}  // namespace tailrace
