#include "tool/status_view.h"

#include <gtest/gtest.h>

#include "tests/status/sample_snapshot.h"

namespace tailrace {
namespace {

StatusSnapshot Earlier() {
  StatusSnapshot before = SampleSnapshot();
  before.now.ns -= 1'000'000'000;
  before.delivery.destinations[0].delivered -= 310;
  return before;
}

TEST(StatusView, ShowsWhatThereIs) {
  EXPECT_EQ(RenderStatus("/s", Earlier(), SampleSnapshot()),
            "tailrace 1.2.3 at /s, up 18 min\n"
            "spool: 5.0 MB of 20 GB in /run/docker/logging/spool; 4 streams, 1,240,000 lines taken\n"
            "lost before they were in the spool: 17 (drop-newest 17)\n"
            "\n"
            "DESTINATION               STATE  STREAMS  DELIVERED  LINES/S  WAITING     OLDEST  LOST  DEAD\n"
            "es https://es:9200        ok           3  1,234,560      310        7      0.2 s     0     0\n"
            "http https://hooks/x?...  held         1         10        0       40  2 h 3 min     7     3\n"
            "\n"
            "http https://hooks/x?...\n"
            "  its certificate is not verified (http-tls-verify)\n"
            "  dropped: 5 (drop-oldest 5)\n"
            "  could not be read back: 2\n"
            "  refused for good: 3 (http_400 2, other 1); see tailrace dead list\n"
            "  last error, 90 s ago: POST to https://hooks/x?...: 403\n"
            "  tried again in 13 s\n"
            "  what to do: give it credentials that may write\n"
            "\n"
            "CONTAINER  ID            DESTINATIONS      WAITING     OLDEST  PROBLEM\n"
            "api        aaaaaaaaaaaa  http (none)             5        0 s  read /files/token: no such file\n"
            "quiet      bbbbbbbbbbbb  docker logs only        0          -\n"
            "web        cccccccccccc  es, http               47  2 h 3 min\n"
            "what to do:\n"
            "  api, http: mend what it says; looked at again each 30 s\n");
}

TEST(StatusView, OfAPluginThatHasJustBegun) {
  StatusSnapshot now;
  now.version = "1";
  now.spool.root = "/r";
  EXPECT_EQ(RenderStatus("/s", now, now),
            "tailrace 1 at /s, up 0 s\n"
            "spool: 0 B in /r; 0 streams, 0 lines taken\n"
            "delivery has not begun: it does with the Docker Engine's first call, or after 15 s\n"
            "\n"
            "No destinations: no container has es-url or http-url.\n"
            "\n"
            "No containers.\n");
}

TEST(StatusView, TroubleThatIsOverSaysSo) {
  StatusSnapshot now = SampleSnapshot();
  now.delivery.destinations[0].last_error = "POST: \x1b[31mrefused";
  now.delivery.destinations[0].last_error_at = {now.now.ns - 60'000'000'000};
  EXPECT_NE(RenderStatus("/s", Earlier(), now).find("  last error, 60 s ago, over: POST: \\x1b[31mrefused\n"),
            std::string::npos);
}

TEST(StatusView, RateOfAProcessThatHasBegunMeanwhileIsNotKnown) {
  StatusSnapshot before = Earlier();
  before.delivery.destinations[0].delivered = UINT64_MAX;
  before.delivery.destinations.pop_back();
  const std::string text = RenderStatus("/s", before, SampleSnapshot());
  EXPECT_NE(text.find("ok           3  1,234,560        -"), std::string::npos) << text;
}

TEST(StatusView, HeldAndLosingAreTold) {
  StatusSnapshot fine = SampleSnapshot();
  fine.delivery.destinations.pop_back();
  fine.containers[0].routes[0].problem.clear();
  EXPECT_FALSE(JudgeStatus(fine, fine).is_held);
  EXPECT_FALSE(JudgeStatus(fine, fine).is_losing);
  StatusSnapshot held = fine;
  held.delivery.destinations[0].state = DestinationState::kHolding;
  EXPECT_TRUE(JudgeStatus(fine, held).is_held);
  held = fine;
  held.delivery.destinations[0].held_streams = 1;
  EXPECT_TRUE(JudgeStatus(fine, held).is_held);
  held = fine;
  held.containers[2].routes[0].problem = "why";
  EXPECT_TRUE(JudgeStatus(fine, held).is_held);
  StatusSnapshot backing_off = fine;
  backing_off.delivery.destinations[0].state = DestinationState::kBackingOff;
  EXPECT_FALSE(JudgeStatus(fine, backing_off).is_held);
  for (uint64_t DestinationStats::* lost : {&DestinationStats::dead, &DestinationStats::dropped, &DestinationStats::corrupt}) {
    StatusSnapshot losing = fine;
    losing.delivery.destinations[0].*lost += 1;
    EXPECT_TRUE(JudgeStatus(fine, losing).is_losing);
    EXPECT_FALSE(JudgeStatus(losing, losing).is_losing);
  }
  StatusSnapshot losing = fine;
  losing.spool.lines_dropped["no-disk"] = 1;
  EXPECT_TRUE(JudgeStatus(fine, losing).is_losing);
}

}  // namespace
}  // namespace tailrace
