// DeadLetter: a record that a server refused for good, with the reason, as one line of JSON in `<root>/dead/`. Values;
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tailrace {

struct DeadLetter {
  static constexpr size_t kReasonBytesMax = 2048;

  std::string slot;
  std::string url;
  std::string container_id;
  std::string container_name;
  uint64_t stream_id = 0;
  uint64_t offset = 0;         // with the stream: the record's identity, the same on every attempt
  std::string source;          // "stdout", "stderr"
  int64_t time_nano = 0;       // of the line
  std::string text;            // any bytes
  std::string document;        // what was sent for it, with index and id where the sink has such
  int status = 0;
  std::string type;
  std::string reason;          // cut at kReasonBytesMax; may quote the text
  int attempts = 0;
  WallTime first_attempt;
  WallTime last_attempt;
};

// One line, newline included. Text that is not UTF-8 is written as base64, too.
std::string EncodeDeadLetter(const DeadLetter& letter);
// Nothing for a line that was not written to its end.
std::optional<DeadLetter> DecodeDeadLetter(std::string_view line);

}  // namespace tailrace
