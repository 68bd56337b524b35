// PluginTest: the real binary and a fake dockerd, in a folder of the test's own. A fixture; each test is a new process.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/fakes/fake_dockerd.h"
#include "tests/fakes/temp_dir.h"
#include "tests/integration/tailrace_process.h"

namespace tailrace {

class PluginTest : public testing::Test {
 protected:
  PluginTest();
  void SetUp() override { StartPlugin(); }
  // Whatever the test was about: no check has failed in the process, and no sanitizer has spoken.
  void TearDown() override;

  // In the folder of FIFOs that is the plugin's own, as the managed plugin has it.
  void StartPlugin(std::map<std::string, std::string> environment = {});
  void KillAndRestart();
  // What `docker logs` shows, as soon as it is `expected`: the visit before reading is bounded (Driver::kVisitMax), and
  // a busy machine may need longer.
  std::string Logs(const FakeContainer& container, const std::string& expected);
  // Whether the condition becomes true within 20 s.
  static bool Eventually(const std::function<bool()>& condition);
  // Paths below `folder`, its folders included, sorted.
  static std::vector<std::string> Tree(const std::string& folder);

  TempDir dir_;
  const std::string fifos_ = dir_ / "run/docker/logging";
  const std::string root_ = fifos_ + "/spool";
  const std::string socket_ = dir_ / "p/t.sock";
  FakeDockerd dockerd_{socket_, fifos_};
  std::unique_ptr<TailraceProcess> plugin_;
  const FakeContainer container_{.id = FakeContainerId(1)};
};

}  // namespace tailrace
