#include "tests/integration/plugin_fixture.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

namespace tailrace {

PluginTest::PluginTest() { std::filesystem::create_directories(fifos_); }

void PluginTest::TearDown() {
  if (plugin_ == nullptr) return;
  const std::string said = plugin_->Stderr();
  for (const char* alarm : {"check failed", "exception-escaped", "Sanitizer", "runtime error", "terminate called"}) {
    EXPECT_EQ(said.find(alarm), std::string::npos) << said;
  }
}

void PluginTest::StartPlugin(std::map<std::string, std::string> environment) {
  plugin_ = std::make_unique<TailraceProcess>(
      TailraceProcess::Settings{.socket = socket_, .root = root_, .environment = std::move(environment)});
  ASSERT_TRUE(plugin_->Start());
  ASSERT_TRUE(plugin_->WaitReady()) << plugin_->Stderr();
}

void PluginTest::KillAndRestart() {
  plugin_->Kill();
  StartPlugin();
}

std::string PluginTest::Logs(const FakeContainer& container, const std::string& expected) {
  std::string text;
  Eventually([&] {
    text = dockerd_.ReadLogs(container).text();
    return text == expected;
  });
  return text;
}

bool PluginTest::Eventually(const std::function<bool()>& condition) {
  // Nothing takes so long unless it hangs, however busy the machine and however slow the build.
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::vector<std::string> PluginTest::Tree(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  // By steps that report: what is removed meanwhile is simply not there.
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk entry(folder, error); !error && entry != Walk(); entry.increment(error)) {
    paths.push_back(entry->path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace tailrace
