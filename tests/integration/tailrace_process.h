// TailraceProcess: the real binary, on a socket and a root in a folder of the test's own. Owned by the test; killed at
// the end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

class TailraceProcess {
 public:
  struct Settings {
    std::string socket;
    std::string root;
    std::map<std::string, std::string> environment = {};
    bool as_process_one = false;  // in a PID namespace of its own
    int stderr_fd = -1;           // else stderr goes to <root>.stderr
  };
  explicit TailraceProcess(Settings settings);
  ~TailraceProcess();
  TailraceProcess(const TailraceProcess&) = delete;
  TailraceProcess& operator=(const TailraceProcess&) = delete;

  // False when the process could not be made (no right to a PID namespace).
  bool Start();
  // Waits until it answers a call.
  bool WaitReady(std::chrono::milliseconds patience = std::chrono::seconds(20));
  void Kill();  // SIGKILL, and waits for its end
  struct Exit {
    bool has_ended = false;
    int code = -1;  // -1: by a signal
    std::chrono::milliseconds after{};
  };
  Exit Terminate(std::chrono::milliseconds patience = std::chrono::seconds(20));  // SIGTERM, and waits
  Exit WaitExit(std::chrono::milliseconds patience = std::chrono::seconds(20));
  bool is_running();

  pid_t pid() const { return pid_; }
  std::string Stderr() const;
  // A number of /proc/<pid>/status: "Threads", "VmRSS".
  long StatusNumber(const std::string& key) const;

 private:
  [[noreturn]] void RunChild();

  const Settings settings_;
  pid_t pid_ = -1;
};

// What a command prints, and its exit code in `code`.
std::string RunTailrace(const std::vector<std::string>& arguments, int& code);

// True under a sanitizer, where memory and time are not the product's.
bool IsSanitized();

}  // namespace tailrace
