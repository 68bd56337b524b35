#include "status/status_json.h"

#include <gtest/gtest.h>

#include "tests/status/sample_snapshot.h"

namespace tailrace {
namespace {

StatusSnapshot Decode(const std::string& json) {
  Result<StatusSnapshot> snapshot = DecodeStatus(json);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
  return snapshot.ok() ? *snapshot : StatusSnapshot{};
}

// Keys are a promise: scripts hold them.
TEST(StatusJson, IsWrittenExactlySo) {
  StatusSnapshot snapshot = SampleSnapshot();
  snapshot.delivery.destinations.erase(snapshot.delivery.destinations.begin());
  snapshot.containers.erase(snapshot.containers.begin() + 1, snapshot.containers.end());
  EXPECT_EQ(
      EncodeStatus(snapshot),
      R"({"version":"1.2.3","started":"2025-11-24T15:43:20.500000000Z","now":"2025-11-24T16:01:30.000000000Z",)"
      R"("spool":{"root":"/run/docker/logging/spool","bytes":5000000,"limit_bytes":20000000000,"free_bytes":70000000000,)"
      R"("streams":4,"ended_streams":2,"lines_taken":1240000,"bytes_taken":99000000,"io_errors":0,"sync_errors":0,)"
      R"("lines_dropped":{"drop-newest":17,"no-disk":0}},)"
      R"("delivery":{"begun":true,"memory_bytes":65536,"memory_limit_bytes":25165824,"dead_letter_bytes":900,)"
      R"("cursor_errors":0,"dead_letter_limit_bytes":268435456},)"
      R"("destinations":[{"label":"http https://hooks/x?...","kind":"http",)"
      R"("last_error":"POST to https://hooks/x?...: 403","next_step":"give it credentials that may write",)"
      R"("last_error_at":"2025-11-24T16:00:00.000000000Z","state":"holding","unverified":true,)"
      R"("urls":["https://hooks/x?..."],"containers":1,"streams":1,"held_streams":1,"in_flight":0,"concurrency_limit":0,)"
      R"("taken":60,"delivered":10,"duplicate":0,"foreign_duplicate":0,"diverted":0,"dead":3,"dropped":5,"corrupt":2,)"
      R"("waiting":40,"waiting_bytes":0,"requests_ok":0,"requests_refused":6,"requests_failed":0,"sent":0,"retries":9,)"
      R"("splits":0,"rewinds":0,"bytes_sent":0,"dead_by":{"http_400":2,"other":1},"dropped_by":{"drop-oldest":5},)"
      R"("retries_by":{"held":9},"oldest_waiting_ms":7384000,"backoff_ms":12500}],)"
      R"("containers":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"api","streams":1,)"
      R"("routes":[{"slot":"http","destination":"","problem":"read /files/token: no such file",)"
      R"("next_step":"mend what it says; looked at again each 30 s","waiting":5,"waiting_bytes":90,"oldest_waiting_ms":0}]}]})"
      "\n");
}

TEST(StatusJson, IsReadBackWhole) {
  const std::string json = EncodeStatus(SampleSnapshot());
  const StatusSnapshot read = Decode(json);
  EXPECT_EQ(EncodeStatus(read), json);
  EXPECT_EQ(read.delivery.destinations[1].state, DestinationState::kHolding);
  EXPECT_EQ(read.delivery.destinations[1].last_error_at, SampleHeld().last_error_at);
  EXPECT_EQ(read.containers[2].routes[1].oldest_waiting_seconds, 7384);
}

TEST(StatusJson, OfAnotherVersionIsReadAsFarAsItGoes) {
  const StatusSnapshot read = Decode(R"({"version":"9","new":[1],"spool":{"bytes":"many"},"destinations":[{"label":7,
      "state":"dancing","waiting":-1},4],"containers":{"x":1}})");
  EXPECT_EQ(read.version, "9");
  EXPECT_EQ(read.spool.bytes, 0u);
  ASSERT_EQ(read.delivery.destinations.size(), 2u);
  EXPECT_EQ(read.delivery.destinations[0].label, "");
  EXPECT_EQ(read.delivery.destinations[0].state, DestinationState::kHealthy);
}

TEST(StatusJson, WhatIsNoStatusIsRefused) {
  for (const char* text : {"", "{", "[]", "404 page not found", "7"}) EXPECT_FALSE(DecodeStatus(text).ok()) << text;
}

TEST(StatusJson, EveryCutIsSurvived) {
  const std::string json = EncodeStatus(SampleSnapshot());
  for (size_t cut = 0; cut + 2 < json.size(); ++cut) EXPECT_FALSE(DecodeStatus(json.substr(0, cut)).ok()) << cut;
}

}  // namespace
}  // namespace tailrace
