// Answers of a _bulk server: whatever comes, there is one outcome a record, a glance never differs from a close look,
// and what is no answer is no success.
#include <string>

#include "sinks/elasticsearch/bulk_judge.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

void Judge(std::string_view body, size_t records) {
  HttpResponse response;
  response.status = 200;
  response.body = body;
  const Judgement judgement = JudgeBulk(response, records);
  CHECK_EQ(judgement.outcomes.size(), records);
  const Result<std::vector<BulkItem>> items = ParseBulkAnswer(body, records);
  for (size_t i = 0; i < records; ++i) {
    const Outcome outcome = judgement.outcomes[i].outcome;
    if (!items.ok()) CHECK(outcome == Outcome::kRetry);
    const bool is_success = outcome == Outcome::kDelivered || outcome == Outcome::kDiverted;
    if (is_success) CHECK(items.value()[i].status == 200 || items.value()[i].status == 201);
  }
  for (int status : {201, 302, 400, 404, 413, 429, 503}) {
    response.status = status;
    for (const RecordOutcome& outcome : JudgeBulk(response, records).outcomes) {
      CHECK(outcome.outcome == Outcome::kRetry || (records == 1 && outcome.outcome == Outcome::kRejected));
    }
  }
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = tailrace::FuzzInput(data, size);
  for (size_t records : {size_t{1}, size_t{2}, size_t{3}}) tailrace::Judge(body, records);
  return 0;
}
