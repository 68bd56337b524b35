// PluginProcess: the real binary as a child that can be killed at any moment. Owned by the test; one thread.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>

namespace tailrace {

class PluginProcess {
 public:
  // The binary of this build. `environment` is added to the process's own; its stderr goes to `log_path`.
  PluginProcess(std::string socket, std::string root, std::map<std::string, std::string> environment,
                std::string log_path);
  ~PluginProcess();  // Kills.
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;

  void Start();
  // Until its socket takes connections. False when the process has ended, or after 30 s.
  bool WaitServing();
  void Kill();       // SIGKILL, and waits
  int Terminate();   // SIGTERM, and waits; the exit status
  bool is_running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

  // One POST, answered whole; the body, or "" when there was no answer.
  std::string Post(const std::string& path, std::string_view body);

 private:
  const std::string socket_;
  const std::string root_;
  const std::map<std::string, std::string> environment_;
  const std::string log_path_;
  pid_t pid_ = -1;
};

}  // namespace tailrace
