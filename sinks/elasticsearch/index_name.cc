#include "sinks/elasticsearch/index_name.h"

#include <algorithm>
#include <array>

#include "sinks/timestamp.h"

namespace tailrace {

namespace {

constexpr size_t kNameBytesMax = 255;
constexpr std::string_view kDateBegin = "%{+";

bool HasUpperCase(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool IsForbidden(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
         std::string_view("\\/*?\"<>|,#:%{}").find(c) != std::string_view::npos;
}

// Only what a date gives and what an index name may hold.
bool IsDateFormat(std::string_view format) {
  while (!format.empty()) {
    if (format.starts_with("yyyy")) {
      format.remove_prefix(4);
    } else if (format.starts_with("MM") || format.starts_with("dd") || format.starts_with("HH")) {
      format.remove_prefix(2);
    } else if (format.front() == '.' || format.front() == '-' || format.front() == '_') {
      format.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

// Splits "a%{+yyyy}b" into "a", "yyyy", "b".
Result<std::vector<std::string>> SplitPattern(std::string_view text) {
  std::vector<std::string> pieces;
  while (true) {
    const size_t begin = text.find(kDateBegin);
    pieces.emplace_back(text.substr(0, begin));
    if (begin == text.npos) return pieces;
    text.remove_prefix(begin + kDateBegin.size());
    const size_t end = text.find('}');
    const std::string_view format = text.substr(0, end);
    if (end == text.npos || format.empty() || !IsDateFormat(format)) {
      return Invalid("a date in an index name is of yyyy, MM, dd and HH; write docker-%{+yyyy.MM.dd}");
    }
    pieces.emplace_back(format);
    text.remove_prefix(end + 1);
  }
}

Status CheckLiteral(std::string_view text) {
  if (HasUpperCase(text)) return Invalid("index names are in lower case");
  if (std::any_of(text.begin(), text.end(), IsForbidden)) {
    return Invalid("an index name has no blanks and none of \\ / * ? \" < > | , # : % { }; write a-z, 0-9, - . and _");
  }
  return Status::Ok();
}

Status CheckWhole(std::string_view text) {
  if (text.empty()) return Invalid("the index name is empty; write logs-docker-default");
  if (text.size() > kNameBytesMax) return Invalid("the index name is too long; servers take at most 255 bytes");
  if (text == "." || text == "..") return Invalid("that is no index name; write logs-docker-default");
  if (text[0] == '-' || text[0] == '_' || text[0] == '+') {
    return Invalid("an index name does not begin with -, _ or +; write logs-docker-default");
  }
  if (text.starts_with(".ds-")) return Invalid("write the name of the data stream, not that of an index behind it");
  return Status::Ok();
}

}  // namespace

Result<IndexName> IndexName::Parse(std::string_view text) {
  IndexName name;
  ASSIGN_OR_RETURN(name.pieces_, SplitPattern(text));
  RETURN_IF_ERROR(CheckWhole(text));
  for (size_t i = 0; i < name.pieces_.size(); i += 2) RETURN_IF_ERROR(CheckLiteral(name.pieces_[i]));
  if (!name.is_pattern()) name.FindStream();
  return name;
}

void IndexName::FindStream() {
  constexpr std::array<std::string_view, 4> kTypes{"logs", "metrics", "traces", "synthetics"};
  const std::string_view name = pieces_[0];
  const size_t first = name.find('-');
  const size_t last = name.rfind('-');
  // Neither a dataset nor a namespace has a hyphen: with more of them nobody can tell which part is which.
  if (first == name.npos || last == first || name.find('-', first + 1) != last) return;
  const std::string_view type = name.substr(0, first);
  const std::string_view dataset = name.substr(first + 1, last - first - 1);
  const std::string_view space = name.substr(last + 1);
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end() || dataset.empty() || space.empty()) return;
  stream_type_ = type;
  stream_dataset_ = dataset;
  stream_namespace_ = space;
}

void AppendDate(std::string& out, std::string_view format, int64_t time_nano) {
  const Date date = DateOf(time_nano);
  const auto year = static_cast<unsigned>(date.year);
  char digits[4];
  while (!format.empty()) {
    size_t taken = 2;
    if (format.starts_with("yyyy")) {
      WriteTwoDigits(WriteTwoDigits(digits, year / 100), year % 100);
      taken = 4;
    } else if (format.starts_with("MM")) {
      WriteTwoDigits(digits, date.month);
    } else if (format.starts_with("dd")) {
      WriteTwoDigits(digits, date.day);
    } else if (format.starts_with("HH")) {
      WriteTwoDigits(digits, HourOf(time_nano));
    } else {
      digits[0] = format[0];
      taken = 1;
    }
    out.append(digits, taken);
    format.remove_prefix(taken);
  }
}

}  // namespace tailrace
