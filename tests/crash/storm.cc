#include "tests/crash/storm.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/posix_disk.h"
#include "journal/segment_index.h"
#include "journal/stream_loader.h"
#include "tests/fakes/log_frames.h"

namespace tailrace {

namespace fs = std::filesystem;

namespace {

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Storm::Storm(std::map<std::string, std::string> environment, std::string root)
    : root_(root.empty() ? dir_ / "root" : std::move(root)) {
  plugin_ = std::make_unique<PluginProcess>(dir_ / "s.sock", root_, std::move(environment), dir_ / "log");
  plugin_->Start();
  CHECK(plugin_->WaitServing());
}

std::string Storm::ContainerId(size_t i) const {
  std::string id = std::to_string(i);
  return std::string(64 - id.size(), 'c') + id;
}

void Storm::AddContainer(FifoFeeder::Options options, const std::string& config) {
  const size_t i = feeders_.size();
  options.fifo = dir_ / ("fifo" + std::to_string(i));
  feeders_.push_back(std::make_unique<FifoFeeder>(options));
  const std::string body = R"({"File":")" + options.fifo + R"(","Info":{"ContainerID":")" + ContainerId(i) +
                           R"(","ContainerName":"/storm","Config":)" + config + "}}\n";
  const std::string answer = plugin_->Post("/LogDriver.StartLogging", body);
  ASSERT_TRUE(answer == "{}" || answer == R"({"Err":""})") << answer;
}

void Storm::EndContainers() {
  for (auto& feeder : feeders_) {
    const std::string body = R"({"File":")" + feeder->fifo() + "\"}\n";
    const std::string answer = plugin_->Post("/LogDriver.StopLogging", body);
    EXPECT_TRUE(answer == "{}" || answer == R"({"Err":""})") << answer;
    EXPECT_EQ(feeder->pipe_bytes(), 0u) << "StopLogging was answered with bytes still in the pipe";
    feeder->Close();
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!fs::is_empty(root_ + "/live") && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(fs::is_empty(root_ + "/live"));
}

std::string Storm::StreamFolder(size_t i) const {
  for (const auto& entry : fs::directory_iterator(root_ + "/c/" + ContainerId(i))) return entry.path().string();
  return {};
}

std::string Storm::StreamBytes(size_t i) const {
  std::vector<fs::path> segments;
  for (const auto& entry : fs::directory_iterator(StreamFolder(i))) {
    if (entry.path().extension() == ".log") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  std::string bytes;
  for (const fs::path& segment : segments) {
    EXPECT_EQ(std::stoull(segment.stem().string()), bytes.size()) << "a hole, or an overlap";
    bytes += ReadFile(segment);
  }
  return bytes;
}

bool Storm::EndsInMidFrame(size_t i) const {
  PosixDisk disk;
  const std::string folder = StreamFolder(i);
  const Result<std::vector<Segment>> segments = ListSegments(disk, folder);
  if (!segments.ok() || segments->empty()) return false;
  const Result<Recovered> recovered = RecoverEnd({disk, folder, *segments});
  return recovered.ok() && recovered->walk.whole_end() < segments->back().end;
}

std::vector<Storm::Line> Storm::ReadLogs(size_t i) {
  const std::string body = R"({"Info":{"ContainerID":")" + ContainerId(i) + R"("},"Config":{"Tail":-1}})";
  std::vector<Line> lines;
  for (const proto::LogEntry& entry : ParseFrames(plugin_->Post("/LogDriver.ReadLogs", body))) {
    std::string text = entry.line();
    EXPECT_TRUE(text.ends_with('\n'));
    if (!text.empty()) text.pop_back();
    lines.push_back({entry.source(), std::move(text)});
  }
  return lines;
}

void Storm::KillAndRestart(uint64_t random) {
  std::this_thread::sleep_for(std::chrono::microseconds(random % 5000));
  plugin_->Kill();
  ++kills_;
  // Looking costs more than the kill; a sample is enough to know that the hard case happens.
  if (kills_ % 8 == 0 && EndsInMidFrame(random % feeders_.size())) ++kills_in_mid_frame_;
  plugin_->Start();
  ASSERT_TRUE(plugin_->WaitServing()) << LogText();
}

std::string Storm::LogText() const { return ReadFile(dir_ / "log"); }

void ExpectEveryByte(Storm& storm, size_t i) {
  const FifoFeeder& feeder = *storm.feeders()[i];
  const std::string bytes = storm.StreamBytes(i);
  size_t at = 0;
  for (uint64_t n = 0; n < feeder.lines(); ++n) {
    for (const std::string& frame : feeder.FramesOf(n)) {
      ASSERT_EQ(bytes.compare(at, frame.size(), frame), 0) << "line " << n << " of container " << i << " at byte " << at;
      at += frame.size();
    }
  }
  EXPECT_EQ(at, bytes.size());
}

}  // namespace tailrace
