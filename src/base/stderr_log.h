// StderrLog: Log on standard error. Owned by App; any thread.
// What it does not do: rotate, buffer, or say for certain that a line arrived. The process must ignore SIGPIPE: a pipe
// whose reader has gone is a dropped line.
#pragma once

#include <map>
#include <string>

#include "base/log.h"
#include "base/mutex.h"
#include "base/unique_fd.h"

namespace tailrace {

class StderrLog final : public Log {
 public:
  // Lines below `level_min` are left out. `fd` is not owned, and outlives the log.
  StderrLog(Clock& clock, LogLevel level_min, int fd = STDERR_FILENO);

  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

 private:
  struct Throttle {
    MonoTime last;         // when its last line was written
    uint64_t left_out = 0;  // lines since
  };

  // Whether the line of `key` is due. `left_out` is how many before it were not.
  bool PassThrottle(const std::string& key, uint64_t& left_out) REQUIRES(mu_);
  // Makes room for a key: forgets those that are no longer throttled. False when none is.
  bool ForgetOldKeys(MonoTime now) REQUIRES(mu_);
  // One write that cannot wait. False: the reader is behind or gone.
  bool WriteNow(std::string_view line) REQUIRES(mu_);

  Clock& clock_;
  const LogLevel level_min_;
  const int fd_;
  // The same pipe, opened again without waiting: the descriptor we were given may share its flags with other processes,
  // so it is not ours to make non-blocking. Not open when standard error is no pipe, or there is no /proc.
  const UniqueFd own_pipe_;

  Mutex mu_;
  std::map<std::string, Throttle> throttles_ GUARDED_BY(mu_);
  uint64_t dropped_ GUARDED_BY(mu_) = 0;  // lines that could not be written since the last that could
};

// The pure half: one line with its newline, at most Log::kLineBytesMax bytes; what is longer is cut and says so.
std::string LogLine(WallTime now, LogLevel level, std::string_view event, std::initializer_list<LogField> fields,
                    uint64_t left_out, uint64_t dropped);

}  // namespace tailrace
