#include "tests/integration/tailrace_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/check.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kBinary = TAILRACE_BINARY_DIR "/tailrace";
constexpr milliseconds kPollEvery{2};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TailraceProcess::TailraceProcess(Settings settings) : settings_(std::move(settings)) {}

TailraceProcess::~TailraceProcess() { Kill(); }

bool TailraceProcess::Start() {
  CHECK_EQ(pid_, -1);
  unsigned long flags = SIGCHLD | (settings_.as_process_one ? CLONE_NEWPID : 0);
  long pid = syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
  if (pid == 0) RunChild();
  pid_ = static_cast<pid_t>(pid);
  return pid > 0;
}

void TailraceProcess::RunChild() {
  int err = settings_.stderr_fd;
  if (err < 0) err = open((settings_.root + ".stderr").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(err, STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  clearenv();
  for (const auto& [name, value] : settings_.environment) setenv(name.c_str(), value.c_str(), 1);
  execl(kBinary, "tailrace", "--socket", settings_.socket.c_str(), "--root", settings_.root.c_str(), nullptr);
  _exit(127);
}

bool TailraceProcess::WaitReady(milliseconds patience) {
  auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline && is_running()) {
    UnixHttpClient client(settings_.socket);
    if (client.is_connected() && client.SendPost("/Plugin.Activate", "") && client.ReadReply().status == 200)
      return true;
    std::this_thread::sleep_for(kPollEvery);
  }
  return false;
}

void TailraceProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

TailraceProcess::Exit TailraceProcess::Terminate(milliseconds patience) {
  kill(pid_, SIGTERM);
  return WaitExit(patience);
}

TailraceProcess::Exit TailraceProcess::WaitExit(milliseconds patience) {
  auto begin = steady_clock::now();
  Exit exit;
  while (steady_clock::now() - begin < patience) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      exit.has_ended = true;
      exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      exit.after = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
      return exit;
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  return exit;
}

bool TailraceProcess::is_running() {
  siginfo_t info{};
  return pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

std::string TailraceProcess::Stderr() const { return ReadFile(settings_.root + ".stderr"); }

long TailraceProcess::StatusNumber(const std::string& key) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key + ":")) return std::atol(line.c_str() + key.size() + 1);
  }
  return -1;
}

std::string RunTailrace(const std::vector<std::string>& arguments, int& code) {
  std::string command = kBinary;
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  FILE* output = popen((command + " 2>&1").c_str(), "re");
  CHECK(output != nullptr);
  std::string text;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), output)) > 0;) text.append(buffer, n);
  int status = pclose(output);
  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return text;
}

bool IsSanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#else
  return false;
#endif
#else
  return false;
#endif
}

}  // namespace tailrace
