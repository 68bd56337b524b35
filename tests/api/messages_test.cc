#include "api/messages.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

// As dockerd 28 sends it.
constexpr std::string_view kStart =
    R"({"File":"/run/docker/logging/00ff","Info":{"Config":{"max-size":"10m"},)"
    R"("ContainerID":"c0ffee","ContainerName":"/shop","ContainerEntrypoint":"sh",)"
    R"("ContainerArgs":["-c","echo \u003ca\u003e"],"ContainerImageID":"sha256:ea4c","ContainerImageName":"busybox",)"
    R"("ContainerCreated":"2026-01-02T03:04:05.123456789Z",)"
    R"("ContainerEnv":["A=b","PATH=/bin"],"ContainerLabels":{"l":"v"},"LogPath":"","DaemonName":"docker"}})"
    "\n";

constexpr std::string_view kRead =
    R"({"Info":{"ContainerID":"c0ffee"},"Config":{"Since":"2026-01-02T03:04:05.5+01:00",)"
    R"("Until":"0001-01-01T00:00:00Z","Tail":-1,"Follow":true}})";

TEST(Messages, GoldenAnswersOfEachVerb) {
  EXPECT_EQ(EncodeActivation(), R"({"Implements":["LogDriver"]})");
  // Trap 7: not {"ReadLogs":true}, as the public documentation says.
  EXPECT_EQ(EncodeCapabilities(), R"({"Cap":{"ReadLogs":true}})");
  // Trap 4: an empty body would be a failure.
  EXPECT_EQ(EncodeSuccess(), "{}");
  EXPECT_EQ(EncodeError("max-size='\"20x\"':\nno\xff"), "{\"Err\":\"max-size='\\\"20x\\\"':\\nno\xef\xbf\xbd\"}");
}

TEST(Messages, GoldenStartLogging) {
  Result<StartRequest> request = ParseStartRequest(kStart);
  ASSERT_TRUE(request.ok()) << request.status().message();
  EXPECT_EQ(request->file, "/run/docker/logging/00ff");
  const ContainerInfo& info = request->info;
  EXPECT_EQ(info.config, (std::map<std::string, std::string>{{"max-size", "10m"}}));
  EXPECT_EQ(info.id, "c0ffee");
  EXPECT_EQ(info.name, "/shop");
  EXPECT_EQ(info.entrypoint, "sh");
  EXPECT_EQ(info.args, (std::vector<std::string>{"-c", "echo <a>"}));
  EXPECT_EQ(info.image_id, "sha256:ea4c");
  EXPECT_EQ(info.image_name, "busybox");
  EXPECT_EQ(info.created, "2026-01-02T03:04:05.123456789Z");
  EXPECT_EQ(info.env, (std::vector<std::string>{"A=b", "PATH=/bin"}));
  EXPECT_EQ(info.labels, (std::map<std::string, std::string>{{"l", "v"}}));
  EXPECT_EQ(info.daemon_name, "docker");
}

TEST(Messages, GoldenStopLogging) {
  Result<std::string> file = ParseStopRequest("{\"File\":\"/run/docker/logging/00ff\"}\n");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(*file, "/run/docker/logging/00ff");
}

// Trap 7: the key is Config, not ReadConfig. Trap 30: offsets, and the year 1 for no bound.
TEST(Messages, GoldenReadLogs) {
  Result<ReadRequest> request = ParseReadRequest(kRead);
  ASSERT_TRUE(request.ok()) << request.status().message();
  EXPECT_EQ(request->info.id, "c0ffee");
  EXPECT_EQ(request->options.since_ns, 1767319445'500000000);
  EXPECT_EQ(request->options.until_ns, std::nullopt);
  EXPECT_EQ(request->options.tail, -1);
  EXPECT_TRUE(request->options.follow);
}

ReadOptions Options(const std::string& config) {
  Result<ReadRequest> request = ParseReadRequest(R"({"Info":{"ContainerID":"c"},"Config":)" + config + "}");
  EXPECT_TRUE(request.ok()) << request.status().message();
  return request.ok() ? request->options : ReadOptions{};
}

TEST(Messages, ReadConfigMayBeMissing) {
  for (const char* config : {"null", "{}", R"({"Since":null,"Until":"","Tail":null,"Follow":null})"}) {
    ReadOptions options = Options(config);
    EXPECT_EQ(options.since_ns, std::nullopt);
    EXPECT_EQ(options.until_ns, std::nullopt);
    EXPECT_EQ(options.tail, -1);
    EXPECT_FALSE(options.follow);
  }
}

TEST(Messages, BoundsBeyondNanosecondsShutOutAllOrNothing) {
  EXPECT_EQ(Options(R"({"Since":"1500-01-01T00:00:00Z"})").since_ns, std::nullopt);
  EXPECT_EQ(Options(R"({"Since":"3000-01-01T00:00:00Z"})").since_ns, INT64_MAX);
  EXPECT_EQ(Options(R"({"Until":"1500-01-01T00:00:00Z"})").until_ns, INT64_MIN);
  EXPECT_EQ(Options(R"({"Until":"3000-01-01T00:00:00Z"})").until_ns, std::nullopt);
}

// Trap 38: nanoseconds and counts are beyond what a double holds.
TEST(Messages, WholeNumbersKeepEveryDigit) {
  EXPECT_EQ(Options(R"({"Tail":9007199254740993})").tail, 9007199254740993);
  EXPECT_EQ(Options(R"({"Since":"2026-01-02T03:04:05.123456789Z"})").since_ns, 1767323045'123456789);
}

// Trap 37: Go writes null for an empty list or map.
TEST(Messages, NullListsAndMapsAreEmpty) {
  for (const char* rest : {R"("Config":null,"ContainerArgs":null,"ContainerEnv":null,"ContainerLabels":null)",
                           R"("Config":{},"ContainerArgs":[],"ContainerEnv":[],"ContainerLabels":{})", R"("x":1)"}) {
    Result<StartRequest> request =
        ParseStartRequest(R"({"File":"/f","Info":{"ContainerID":"c",)" + std::string(rest) + "}}");
    ASSERT_TRUE(request.ok()) << request.status().message();
    EXPECT_TRUE(request->info.config.empty());
    EXPECT_TRUE(request->info.args.empty());
    EXPECT_TRUE(request->info.env.empty());
    EXPECT_TRUE(request->info.labels.empty());
  }
}

TEST(Messages, KeysMatchWhateverTheirCase) {
  Result<StartRequest> request = ParseStartRequest(R"({"file":"/f","INFO":{"containerid":"c","unknown":[1,{}]}})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->info.id, "c");
}

TEST(Messages, SaysWhatIsWrong) {
  auto start = [](std::string_view body) { return ParseStartRequest(body).status().message(); };
  EXPECT_EQ(start(""), "request: the body is empty");
  EXPECT_EQ(start("[]"), "request: the body must be an object, not an array");
  EXPECT_EQ(start("{}"), "request: File is missing");
  EXPECT_EQ(start(R"({"File":""})"), "request: File is missing");
  EXPECT_EQ(start(R"({"File":7})"), "request: File must be a string, not a number");
  EXPECT_EQ(start(R"({"File":"/f"})"), "request: Info.ContainerID is missing");
  EXPECT_EQ(start(R"({"File":"/f","Info":"x"})"), "request: Info must be an object, not a string");
  EXPECT_EQ(start(R"({"File":"/f","Info":{"Config":{"a":1}}})"),
            "request: a member of Config must be a string, not a number");
  EXPECT_EQ(start(R"({"File":"/f","Info":{"ContainerEnv":"x"}})"),
            "request: ContainerEnv must be an array of strings, not a string");
  EXPECT_EQ(start(R"({"File":"/f","Info":{"ContainerEnv":[null]}})"),
            "request: an element of ContainerEnv must be a string, not null");
  auto read = [](std::string_view body) { return ParseReadRequest(body).status().message(); };
  EXPECT_EQ(read(R"({"Info":{"ContainerID":"c"},"Config":[]})"), "request: Config must be an object, not an array");
  EXPECT_EQ(read(R"({"Info":{"ContainerID":"c"},"Config":{"Tail":"all"}})"),
            "request: Tail must be a whole number, not a string");
  EXPECT_EQ(read(R"({"Info":{"ContainerID":"c"},"Config":{"Follow":1}})"),
            "request: Follow must be true or false, not a number");
  EXPECT_EQ(read(R"({"Info":{"ContainerID":"c"},"Config":{"Since":"yesterday"}})"),
            "request: Since is not a time as RFC 3339 writes it");
  EXPECT_EQ(ParseStopRequest("{}").status().message(), "request: File is missing");
}

// Trap 36: an environment is full of secrets.
TEST(Messages, ReasonsHoldNothingOfTheRequest) {
  const std::string secret = "hunter2";
  for (const std::string& body :
       {"{\"File\":\"/f\",\"Info\":{\"ContainerEnv\":[\"A=" + secret + "\",7]}}",
        "{\"File\":\"/f\",\"Info\":{\"ContainerEnv\":[\"A=" + secret, "{\"" + secret + "\":1}",
        "{\"File\":\"/f\",\"Info\":{\"Config\":{\"" + secret + "\":1}}}", secret}) {
    EXPECT_EQ(ParseStartRequest(body).status().message().find(secret), std::string::npos) << body;
  }
}

TEST(Messages, EveryCutOfARequestIsRefused) {
  std::string_view whole = kStart.substr(0, kStart.size() - 1);
  for (size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(ParseStartRequest(whole.substr(0, cut)).ok()) << cut;
  for (size_t cut = 0; cut < kRead.size(); ++cut) EXPECT_FALSE(ParseReadRequest(kRead.substr(0, cut)).ok()) << cut;
}

TEST(Messages, EveryFlippedByteIsTakenOrRefusedAndNothingWorse) {
  for (std::string_view whole : {kStart, kRead}) {
    for (size_t at = 0; at < whole.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped(whole);
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
        Result<StartRequest> start = ParseStartRequest(flipped);
        Result<ReadRequest> read = ParseReadRequest(flipped);
        Result<std::string> stop = ParseStopRequest(flipped);
        EXPECT_TRUE(start.ok() || !start.status().message().empty());
        EXPECT_TRUE(read.ok() || !read.status().message().empty());
        EXPECT_TRUE(stop.ok() || !stop.status().message().empty());
      }
    }
  }
}

TEST(Messages, DeepNestingIsRefused) {
  std::string deep = R"({"File":"/f","Info":)" + std::string(1'000'000, '[');
  EXPECT_FALSE(ParseStartRequest(deep).ok());
}

}  // namespace
}  // namespace tailrace
