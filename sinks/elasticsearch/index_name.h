// IndexName: where a line goes: the name of an index, an alias or a data stream, or a pattern that the line's own time
// completes ("docker-%{+yyyy.MM.dd}"). A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tailrace {

inline constexpr std::string_view kDefaultIndexName = "logs-docker-default";

class IndexName {
 public:
  // kInvalid with what no server takes about it and what to write instead.
  static Result<IndexName> Parse(std::string_view text);

  // Literal text and formats of a date by turns, literal text first; one piece when it is no pattern.
  const std::vector<std::string>& pieces() const { return pieces_; }
  bool is_pattern() const { return pieces_.size() > 1; }

  // "logs-docker-default" is the data stream of type logs, dataset docker and namespace default. Empty for a name that
  // does not read so: then documents say nothing about a data stream.
  const std::string& stream_type() const { return stream_type_; }
  const std::string& stream_dataset() const { return stream_dataset_; }
  const std::string& stream_namespace() const { return stream_namespace_; }

 private:
  IndexName() = default;
  void FindStream();

  std::vector<std::string> pieces_;
  std::string stream_type_;
  std::string stream_dataset_;
  std::string stream_namespace_;
};

// A date in a pattern's format: yyyy, MM, dd, HH (UTC); other characters stand for themselves.
void AppendDate(std::string& out, std::string_view format, int64_t time_nano);

}  // namespace tailrace
