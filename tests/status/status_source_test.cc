#include "status/status_source.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_full_rig.h"

namespace tailrace {
namespace {

SlotStats Slot(const std::string& container, const std::string& slot, uint64_t waiting, const std::string& problem = {}) {
  SlotStats stats;
  stats.container_id = container;
  stats.container_name = "name-" + container;
  stats.slot = slot;
  stats.destination = "to " + slot;
  stats.waiting = waiting;
  stats.oldest_waiting_seconds = static_cast<double>(waiting);
  stats.problem = problem;
  stats.next_step = problem.empty() ? "" : "do";
  return stats;
}

TEST(GroupByContainer, StreamsOfAContainerThatGoTheSameWayAreOne) {
  const std::vector<ContainerStats> live{{.id = "2", .name = "b", .streams = 1, .routes = {}},
                                         {.id = "1", .name = "name-1", .streams = 1, .routes = {}},
                                         {.id = "2", .name = "b", .streams = 1, .routes = {}}};
  const std::vector<ContainerStats> containers =
      GroupByContainer({Slot("1", "http", 1), Slot("1", "es", 2), Slot("3", "es", 9), Slot("1", "es", 5, "why")}, live);
  ASSERT_EQ(containers.size(), 3u);
  EXPECT_EQ(containers[0].name, "b");
  EXPECT_EQ(containers[0].streams, 2u);
  EXPECT_TRUE(containers[0].routes.empty());
  EXPECT_EQ(containers[1].name, "name-1");
  ASSERT_EQ(containers[1].routes.size(), 2u);
  EXPECT_EQ(containers[1].routes[0].slot, "es");
  EXPECT_EQ(containers[1].routes[0].waiting, 7u);
  EXPECT_EQ(containers[1].routes[0].oldest_waiting_seconds, 5);
  EXPECT_EQ(containers[1].routes[0].problem, "why");
  EXPECT_EQ(containers[1].routes[0].next_step, "do");
  EXPECT_EQ(containers[2].streams, 0u);
  EXPECT_EQ(containers[2].routes[0].waiting, 9u);
}

class StatusSourceTest : public testing::Test {
 protected:
  StatusSource Source(std::optional<uint64_t> spool_limit) {
    return StatusSource({"1.2.3", spool_limit, 77},
                        {rig_.disk, rig_.clock, *rig_.journal, rig_.intake->stats(), *rig_.housekeeper, *rig_.delivery});
  }
  DeliveryFullRig rig_;
};

TEST_F(StatusSourceTest, GathersWhatEachKnows) {
  StreamLease stream = rig_.NewStream();
  uint64_t end = 0;
  for (int i = 0; i < 10; ++i) end = rig_.WriteLine(*stream, "text");
  rig_.delivery->Attach(rig_.journal->Lease(*stream));
  rig_.delivery->Allow();
  rig_.RunFor(std::chrono::seconds(1));
  rig_.housekeeper->RunOnce();
  const StatusSnapshot snapshot = Source(5000).Take();
  EXPECT_EQ(snapshot.version, "1.2.3");
  EXPECT_EQ(snapshot.dead_letters_limit_bytes, 77u);
  EXPECT_EQ(snapshot.spool.root, "/spool");
  EXPECT_EQ(snapshot.spool.bytes, end);
  EXPECT_EQ(snapshot.spool.limit_bytes, 5000u);
  EXPECT_EQ(snapshot.spool.streams, 1u);
  EXPECT_EQ(snapshot.spool.lines_taken, 10u);
  EXPECT_EQ(snapshot.spool.lines_dropped.at("drop-newest"), 0u);
  ASSERT_EQ(snapshot.delivery.destinations.size(), 1u);
  EXPECT_EQ(snapshot.delivery.destinations[0].delivered, 10u);
  EXPECT_TRUE(snapshot.delivery.slots.empty());
  ASSERT_EQ(snapshot.containers.size(), 1u);
  EXPECT_EQ(snapshot.containers[0].streams, 1u);
  EXPECT_EQ(snapshot.containers[0].routes.size(), 1u);
}

TEST_F(StatusSourceTest, QueriesOfUrlsAreNotShown) {
  rig_.scheme = "http://h?token=hush";
  StreamLease stream = rig_.NewStream();
  rig_.delivery->Attach(std::move(stream));
  rig_.delivery->Allow();
  rig_.RunFor(std::chrono::seconds(1));
  const StatusSnapshot snapshot = Source({}).Take();
  ASSERT_EQ(snapshot.delivery.destinations.size(), 1u);
  EXPECT_EQ(snapshot.delivery.destinations[0].urls, std::vector<std::string>{"http://h?..."});
  EXPECT_EQ(snapshot.delivery.destinations[0].label, "fake http://h?...");
  EXPECT_EQ(snapshot.containers[0].routes[0].destination, "fake http://h?...");
}

TEST_F(StatusSourceTest, LimitFollowsTheFileSystemWhenNoneIsSet) {
  const Result<SpaceInfo> space = rig_.disk.Space("/spool");
  ASSERT_TRUE(space.ok());
  const StatusSnapshot snapshot = Source({}).Take();
  EXPECT_EQ(snapshot.spool.limit_bytes, DefaultSpoolLimit(space->total_bytes));
  EXPECT_EQ(snapshot.spool.free_bytes, space->free_bytes);
}

}  // namespace
}  // namespace tailrace
