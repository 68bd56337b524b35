// Thread: a named thread that is joined before its owner goes. Start from one thread, Stop from the same.
// An exception that escapes the body ends the process with its text (the journal makes a restart safe).
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/status.h"

namespace tailrace {

class Thread {
 public:
  Thread() = default;
  ~Thread();  // Joins; whatever makes the body return must have happened before.
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // `name` is cut at 15 bytes, the kernel's limit. Ends the process when the kernel refuses a thread: for the few
  // threads without which we are nothing.
  void Start(const std::string& name, std::function<void()> body);
  // The same, but kBusy when the kernel refuses (a limit on processes): for a thread per connection.
  Status TryStart(const std::string& name, std::function<void()> body);
  void Join();  // Returns at once when not started.
  bool joinable() const { return thread_.joinable(); }

 private:
  std::thread thread_;
};

}  // namespace tailrace
