// MemoryLog: a Log that keeps every line, unthrottled, for a test to look at. Owned by the test; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace tailrace {

class MemoryLog final : public Log {
 public:
  struct Line {
    LogLevel level = LogLevel::kInfo;
    std::string event;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string text;  // "event key=value …", values as they came

    // The value of the field, "" when the line has none of that name.
    std::string Field(std::string_view key) const;
  };

  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

  std::vector<Line> lines();
  size_t Count(std::string_view event);
  bool Contains(std::string_view part);  // in the text of any line
  void Clear();

 private:
  Mutex mu_;
  std::vector<Line> lines_ GUARDED_BY(mu_);
};

}  // namespace tailrace
