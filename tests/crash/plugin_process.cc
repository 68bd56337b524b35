#include "tests/crash/plugin_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/check.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {

PluginProcess::PluginProcess(std::string socket, std::string root, std::map<std::string, std::string> environment,
                             std::string log_path)
    : socket_(std::move(socket)),
      root_(std::move(root)),
      environment_(std::move(environment)),
      log_path_(std::move(log_path)) {}

PluginProcess::~PluginProcess() {
  if (is_running()) Kill();
}

void PluginProcess::Start() {
  CHECK(!is_running());
  const std::string binary = std::string(TAILRACE_BINARY_DIR) + "/tailrace";
  pid_ = ::fork();
  CHECK_GE(pid_, 0);
  if (pid_ > 0) return;
  // A test that aborts must not leave it behind: it would hold the test's output open for ever.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = ::open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(log, STDERR_FILENO);
  for (const auto& [name, value] : environment_) ::setenv(name.c_str(), value.c_str(), 1);
  ::execl(binary.c_str(), "tailrace", "--socket", socket_.c_str(), "--root", root_.c_str(), nullptr);
  ::_exit(127);
}

bool PluginProcess::WaitServing() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (UnixHttpClient(socket_).is_connected()) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return false;
}

void PluginProcess::Kill() {
  CHECK(is_running());
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int PluginProcess::Terminate() {
  CHECK(is_running());
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

std::string PluginProcess::Post(const std::string& path, std::string_view body) {
  UnixHttpClient client(socket_);
  if (!client.is_connected() || !client.SendPost(path, body)) return {};
  const HttpReply reply = client.ReadReply(std::chrono::seconds(120));
  return reply.is_whole ? reply.body : std::string();
}

}  // namespace tailrace
