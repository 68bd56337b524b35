#include "api/handlers.h"

#include <gtest/gtest.h>

#include "tests/driver/driver_fixture.h"

namespace tailrace {
namespace {

class HandlersTest : public DriverTest {
 protected:
  ApiAnswer Call(const std::string& path, const std::string& body) {
    for (const ApiRoute& route : handlers_.Routes()) {
      if (route.path == path) return route.handle({path, body});
    }
    ADD_FAILURE() << path;
    return {};
  }
  std::string StartBody(const std::string& fifo) {
    return "{\"File\":\"" + fifos_ + "/" + fifo + "\",\"Info\":{\"ContainerID\":\"c1\"}}";
  }

  Handlers handlers_{*driver_, clock_, log_};
};

TEST_F(HandlersTest, OnlyReadingLogsIsAStream) {
  std::vector<ApiRoute> routes = handlers_.Routes();
  EXPECT_EQ(routes.size(), 5u);
  for (const ApiRoute& route : routes) EXPECT_EQ(route.is_stream, route.path == "/LogDriver.ReadLogs");
}

TEST_F(HandlersTest, CallsWithoutArgumentsTakeAnyBody) {
  for (const char* body : {"", "{}", "{"}) {
    EXPECT_EQ(Call("/Plugin.Activate", body).body, R"({"Implements":["LogDriver"]})");
    EXPECT_EQ(Call("/LogDriver.Capabilities", body).body, R"({"Cap":{"ReadLogs":true}})");
  }
}

TEST_F(HandlersTest, StartCanBeUndone) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  ApiAnswer answer = Call("/LogDriver.StartLogging", StartBody("f1"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{}");
  ASSERT_TRUE(answer.undo);
  answer.undo();
  EXPECT_TRUE(Eventually([&] { return !journal_->FindFifo(fifos_ + "/f1"); }));
}

TEST_F(HandlersTest, RefusedStartHasNothingToUndo) {
  ApiAnswer answer = Call("/LogDriver.StartLogging", StartBody("none"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with("{\"Err\":\"")) << answer.body;
  EXPECT_FALSE(answer.undo);
  EXPECT_EQ(log_.Count("start-refused"), 1u);
}

// Trap 1
TEST_F(HandlersTest, EmptyBodiesAreAnsweredByWhatCanStillBeDone) {
  EXPECT_EQ(Call("/LogDriver.StopLogging", "").body, "{}");
  EXPECT_EQ(Call("/LogDriver.StartLogging", "").status, 200);
  EXPECT_NE(Call("/LogDriver.StartLogging", "").body.find("start the container again"), std::string::npos);
  EXPECT_EQ(Call("/LogDriver.ReadLogs", "").status, 400);
}

// Trap 20
TEST_F(HandlersTest, StopIsASuccessAndNonsenseIsLogged) {
  EXPECT_EQ(Call("/LogDriver.StopLogging", "{").body, "{}");
  EXPECT_EQ(log_.Count("stop-not-understood"), 1u);
  EXPECT_EQ(Call("/LogDriver.StopLogging", "{\"File\":\"/none\"}").body, "{}");
}

TEST_F(HandlersTest, ReadRefusesAnIdThatIsNoFileName) {
  ApiAnswer answer = Call("/LogDriver.ReadLogs", R"({"Info":{"ContainerID":"../../etc"}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.source, nullptr);
  EXPECT_NE(Call("/LogDriver.ReadLogs", R"({"Info":{"ContainerID":"c1"}})").source, nullptr);
}

}  // namespace
}  // namespace tailrace
