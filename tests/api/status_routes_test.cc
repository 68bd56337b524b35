#include "api/status_routes.h"

#include <gtest/gtest.h>

#include "tests/status/sample_snapshot.h"

namespace tailrace {
namespace {

TEST(StatusRoutes, AreReadOnlyAndTakeASnapshotEach) {
  int taken = 0;
  const std::vector<ApiRoute> routes = StatusRoutes([&] {
    ++taken;
    return SampleSnapshot();
  });
  ASSERT_EQ(routes.size(), 2u);
  for (const ApiRoute& route : routes) {
    EXPECT_TRUE(route.is_get);
    EXPECT_FALSE(route.is_stream);
  }
  EXPECT_EQ(routes[0].path, "/metrics");
  const ApiAnswer metrics = routes[0].handle({});
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_TRUE(metrics.body.starts_with("# HELP tailrace_"));
  EXPECT_EQ(routes[1].path, "/status");
  const ApiAnswer status = routes[1].handle({});
  EXPECT_EQ(status.content_type, "");  // JSON
  EXPECT_TRUE(status.body.starts_with("{\"version\":\"1.2.3\""));
  EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace tailrace
