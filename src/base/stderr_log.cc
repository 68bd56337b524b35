#include "base/stderr_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/utf8.h"

namespace tailrace {

namespace {

constexpr std::string_view kCutMark = " cut=true";
// Room kept for what ends a line that is cut: an open quote, the mark, the counts and the newline.
constexpr size_t kTailBytesMax = 1 + kCutMark.size() + 64 + 1;

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "unknown";
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty() || Utf8ValidBytes(value) < value.size()) return true;
  for (char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) return true;
  }
  return false;
}

// One character, escaped if it could end the line or the quote, or mean something to a terminal.
std::string Escaped(std::string_view character) {
  static constexpr char kDigits[] = "0123456789abcdef";
  char c = character[0];
  auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') return {'\\', c};
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (byte < ' ' || c == 0x7f || Utf8CharacterBytes(character) == 0) {
    return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return std::string(character);
}

// Appends as much of the value as keeps the line within `bytes_max`. Whether that was all of it.
bool AppendValue(std::string& line, std::string_view value, size_t bytes_max) {
  bool is_quoted = NeedsQuotes(value);
  if (is_quoted) line += '"';
  bool is_whole = true;
  while (!value.empty() && is_whole) {
    size_t bytes = std::max<size_t>(1, Utf8CharacterBytes(value));
    std::string text = Escaped(value.substr(0, bytes));
    is_whole = line.size() + text.size() <= bytes_max;
    if (is_whole) line += text;
    value.remove_prefix(bytes);
  }
  if (is_quoted) line += '"';
  return is_whole;
}

UniqueFd ReopenPipe(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISFIFO(info.st_mode)) return UniqueFd();
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  return UniqueFd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

std::string LogLine(WallTime now, LogLevel level, std::string_view event, std::initializer_list<LogField> fields,
                    uint64_t left_out, uint64_t dropped) {
  constexpr size_t kBytesMax = Log::kLineBytesMax - kTailBytesMax;
  std::string line = "time=" + Rfc3339(now) + " level=" + std::string(LevelName(level)) + " event=";
  bool is_whole = AppendValue(line, event, kBytesMax);
  for (const auto& [key, value] : fields) {
    if (!is_whole || line.size() + key.size() + 2 > kBytesMax) {
      is_whole = false;
      break;
    }
    line += ' ' + std::string(key) + '=';
    is_whole = AppendValue(line, value, kBytesMax);
  }
  if (!is_whole) line += kCutMark;
  if (left_out > 0) line += " repeats=" + std::to_string(left_out);
  if (dropped > 0) line += " dropped=" + std::to_string(dropped);
  return line + '\n';
}

StderrLog::StderrLog(Clock& clock, LogLevel level_min, int fd)
    : clock_(clock), level_min_(level_min), fd_(fd), own_pipe_(ReopenPipe(fd)) {}

void StderrLog::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < level_min_) return;
  std::string key(event);
  if (fields.size() > 0) key += '\n' + fields.begin()->second.substr(0, kKeyBytesMax);
  // Held over the write, which cannot wait: otherwise two lines could both find the last free buffer of the pipe.
  MutexLock lock(mu_);
  uint64_t left_out = 0;
  if (!PassThrottle(key, left_out)) return;
  if (WriteNow(LogLine(clock_.WallNow(), level, event, fields, left_out, dropped_))) {
    dropped_ = 0;
  } else {
    dropped_ += 1 + left_out;
  }
}

bool StderrLog::PassThrottle(const std::string& key, uint64_t& left_out) {
  MonoTime now = clock_.Now();
  auto found = throttles_.find(key);
  if (found == throttles_.end()) {
    if (throttles_.size() >= kKeysMax && !ForgetOldKeys(now)) {
      ++dropped_;
      return false;
    }
    throttles_[key] = {now, 0};
    return true;
  }
  Throttle& throttle = found->second;
  if (now - throttle.last < kRepeat) {
    ++throttle.left_out;
    return false;
  }
  left_out = throttle.left_out;
  throttle = {now, 0};
  return true;
}

bool StderrLog::ForgetOldKeys(MonoTime now) {
  std::erase_if(throttles_, [&](const auto& entry) { return now - entry.second.last >= kRepeat; });
  // What a forgotten key had left out is no longer told; the line that was written stands for it.
  return throttles_.size() < kKeysMax;
}

bool StderrLog::WriteNow(std::string_view line) {
  int fd = own_pipe_.is_open() ? own_pipe_.get() : fd_;
  pollfd watched{fd, POLLOUT, 0};
  // A pipe that says it is writable takes PIPE_BUF bytes at once, and no line is longer.
  if (poll(&watched, 1, 0) != 1 || (watched.revents & POLLOUT) == 0 || (watched.revents & POLLERR) != 0) return false;
  return RetryInterrupted([&] { return write(fd, line.data(), line.size()); }) == static_cast<ssize_t>(line.size());
}

}  // namespace tailrace
