#include "sinks/http_judge.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

HttpResponse Answered(int status, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

Advice AdviceFor(int status) {
  const Judgement judgement = JudgeHttp(Answered(status), 3);
  EXPECT_EQ(judgement.outcomes.size(), 3u);
  const Outcome expected = judgement.advice == Advice::kOk ? Outcome::kDelivered : Outcome::kRetry;
  for (const RecordOutcome& outcome : judgement.outcomes) {
    EXPECT_EQ(outcome.outcome, expected) << status;
    EXPECT_EQ(outcome.status, status);
  }
  EXPECT_EQ(judgement.error.empty(), judgement.advice == Advice::kOk);
  return judgement.advice;
}

TEST(HttpJudge, EveryStatusHasItsPlaceInTheTable) {
  const std::vector<std::pair<Advice, std::vector<int>>> table = {
      {Advice::kOk, {200, 201, 202, 204, 299}},
      {Advice::kSlow, {408, 425, 429, 500, 502, 503, 504, 507, 599}},
      {Advice::kSplit, {400, 413}},
      {Advice::kHold, {300, 301, 302, 307, 308, 401, 402, 403, 404, 405, 406, 407, 410, 415, 418, 422, 451, 501, 505}},
      {Advice::kUnknown, {0, 100, 199, 600, 999, -1}},
  };
  for (const auto& [advice, statuses] : table) {
    for (int status : statuses) EXPECT_EQ(AdviceFor(status), advice) << status;
  }
}

TEST(HttpJudge, NothingButALoneRecordIsEverRejected) {
  for (int status = 100; status < 600; ++status) {
    for (size_t records : {size_t{1}, size_t{2}}) {
      const Judgement judgement = JudgeHttp(Answered(status), records);
      const bool may_reject = records == 1 && (status == 400 || status == 413);
      EXPECT_EQ(judgement.outcomes[0].outcome == Outcome::kRejected, may_reject) << status;
    }
  }
}

TEST(HttpJudge, ALoneRecordThatIsTooLargeTeachesASize) {
  const Judgement large = JudgeHttp(Answered(413), 1);
  EXPECT_EQ(large.outcomes[0].outcome, Outcome::kRejected);
  EXPECT_EQ(large.outcomes[0].type, "http_413");
  EXPECT_EQ(large.advice, Advice::kSplit);
  EXPECT_EQ(JudgeHttp(Answered(400), 1).advice, Advice::kOk);
}

TEST(HttpJudge, PoisonIsTheReceiversChoice) {
  EXPECT_EQ(JudgeHttp(Answered(422), 5, kPoisonStatusesWebhook).advice, Advice::kSplit);
  EXPECT_EQ(JudgeHttp(Answered(422), 1, kPoisonStatusesWebhook).outcomes[0].outcome, Outcome::kRejected);
  EXPECT_EQ(JudgeHttp(Answered(422), 5).advice, Advice::kHold);
}

TEST(HttpJudge, RetryAfterIsHandedOn) {
  EXPECT_EQ(JudgeHttp(Answered(429, {{"retry-after", "5"}}), 1).retry_after, Nanos(std::chrono::seconds(5)));
  EXPECT_EQ(JudgeHttp(Answered(503, {{"Retry-After", "-5"}}), 1).retry_after, std::nullopt);
  EXPECT_EQ(JudgeHttp(Answered(503), 1).retry_after, std::nullopt);
}

TEST(HttpJudge, AFailureIsTriedAgain) {
  const Judgement judgement =
      JudgeFailure({.maybe_delivered = false, .is_connect = true, .message = "nobody there"}, 2);
  EXPECT_EQ(judgement.outcomes.size(), 2u);
  EXPECT_EQ(judgement.outcomes[1].outcome, Outcome::kRetry);
  EXPECT_EQ(judgement.advice, Advice::kSlow);
  EXPECT_EQ(judgement.error, "nobody there");
  HttpFailure large;
  large.is_answer_too_large = true;
  EXPECT_EQ(JudgeFailure(large, 2).advice, Advice::kSplit);
  EXPECT_EQ(JudgeFailure(large, 1).advice, Advice::kUnknown);
}

TEST(HttpJudge, AnUnknownAnswerIsNeverASuccess) {
  const Judgement judgement = UnknownAnswer(2, "the answer is a page");
  EXPECT_EQ(judgement.advice, Advice::kUnknown);
  EXPECT_EQ(judgement.outcomes[0].outcome, Outcome::kRetry);
}

}  // namespace
}  // namespace tailrace
