#include "tests/fakes/memory_log.h"

#include <algorithm>

namespace tailrace {

std::string MemoryLog::Line::Field(std::string_view key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return value;
  }
  return {};
}

void MemoryLog::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  Line line{.level = level, .event = std::string(event), .fields = {}, .text = std::string(event)};
  for (const auto& [key, value] : fields) {
    line.fields.emplace_back(key, value);
    line.text += ' ' + std::string(key) + '=' + value;
  }
  MutexLock lock(mu_);
  lines_.push_back(std::move(line));
}

std::vector<MemoryLog::Line> MemoryLog::lines() {
  MutexLock lock(mu_);
  return lines_;
}

size_t MemoryLog::Count(std::string_view event) {
  MutexLock lock(mu_);
  size_t count = 0;
  for (const Line& line : lines_) count += line.event == event ? 1 : 0;
  return count;
}

bool MemoryLog::Contains(std::string_view part) {
  MutexLock lock(mu_);
  return std::any_of(lines_.begin(), lines_.end(),
                     [&](const Line& line) { return line.text.find(part) != std::string::npos; });
}

void MemoryLog::Clear() {
  MutexLock lock(mu_);
  lines_.clear();
}

}  // namespace tailrace
