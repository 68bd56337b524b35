// Log: our own messages, one line of key=value on stderr (dockerd puts them into its log). Any thread.
// Never blocks: a line that the pipe will not take at once is dropped and counted.
// Throttled per `key`: the first line at once, then at most one each kLogRepeat with the number left out.
// Never holds the text of a container's line, an option's value that may be secret, or a URL's password.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace tailrace {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// A value is quoted when it has blanks, quotes or control characters; bytes that are not UTF-8 are escaped.
using LogField = std::pair<std::string_view, std::string>;

class Log {
 public:
  static constexpr Nanos kRepeat = std::chrono::seconds(30);
  // PIPE_BUF: a pipe takes so much whole or not at all (and dockerd, which reads it, chokes at 64 KiB).
  static constexpr size_t kLineBytesMax = 4 * 1024;
  static constexpr size_t kKeysMax = 1024;      // Beyond it new keys are dropped and counted.
  static constexpr size_t kKeyBytesMax = 256;   // Of the first field's value.

  virtual ~Log() = default;
  // `event` names what happened ("spool-full"); with the first field's value it is the key of the throttle.
  virtual void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;
};

}  // namespace tailrace
