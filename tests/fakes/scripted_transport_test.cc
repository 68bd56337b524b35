#include "tests/fakes/scripted_transport.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

HttpRequest WithBody(std::string body) {
  HttpRequest request;
  request.body = std::move(body);
  return request;
}

TEST(ScriptedTransportTest, AnswersComeInVirtualTime) {
  FakeClock clock;
  ScriptedTransport transport(clock, [](const ScriptedTransport::Request& request) -> ScriptedTransport::Reply {
    return {HttpResponse{.status = 200, .headers = {}, .body = request.http.body}, std::chrono::seconds(request.url)};
  });
  ConnectionSettings settings;
  settings.urls = {"a", "b", "c"};
  const MonoTime start = clock.Now();
  const uint64_t late = transport.Start(settings, 2, WithBody("late"), 100);
  const uint64_t early = transport.Start(settings, 1, WithBody("early"), 100);
  EXPECT_TRUE(transport.Poll(start).empty());
  std::vector<HttpCompletion> completions = transport.Poll(kNever);
  ASSERT_EQ(completions.size(), 1u);
  EXPECT_EQ(completions[0].request, early);
  EXPECT_EQ(clock.Now(), start + std::chrono::seconds(1));
  transport.Wake();
  EXPECT_TRUE(transport.Poll(kNever).empty());
  EXPECT_EQ(clock.Now(), start + std::chrono::seconds(1));
  transport.Cancel(late);
  EXPECT_TRUE(transport.Poll(start + std::chrono::seconds(9)).empty());
  EXPECT_EQ(clock.Now(), start + std::chrono::seconds(9));
  EXPECT_EQ(transport.in_flight_max(), 2u);
}

TEST(ScriptedTransportTest, AnAnswerBeyondTheBoundIsAFailure) {
  FakeClock clock;
  ScriptedTransport transport(clock, [](const auto&) {
    return ScriptedTransport::Reply{HttpResponse{.status = 200, .headers = {}, .body = std::string(101, 'x')}};
  });
  transport.Start({}, 0, {}, 100);
  const std::vector<HttpCompletion> completions = transport.Poll(kNever);
  ASSERT_EQ(completions.size(), 1u);
  ASSERT_TRUE(std::holds_alternative<HttpFailure>(completions[0].result));
  EXPECT_TRUE(std::get<HttpFailure>(completions[0].result).maybe_delivered);
}

}  // namespace
}  // namespace tailrace
