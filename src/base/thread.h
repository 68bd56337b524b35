// Thread: a named thread that is joined before its owner goes. Start from one thread, Stop from the same.
// An exception that escapes the body ends the process with its text (the journal makes a restart safe).
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace tailrace {

class Thread {
 public:
  Thread() = default;
  ~Thread();  // Joins; whatever makes the body return must have happened before.
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // `name` is cut at 15 bytes, the kernel's limit. `stack_bytes` 0 is the system's default.
  void Start(const std::string& name, std::function<void()> body);
  void Join();
  bool joinable() const { return thread_.joinable(); }

 private:
  std::thread thread_;
};

}  // namespace tailrace
