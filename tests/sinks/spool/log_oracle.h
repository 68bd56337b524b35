// The oracle of LogReader: what `docker logs` should say, from plain lists of frames and gaps, without offsets, indexes,
// buffers or jumps. Pure; any thread.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sinks/spool/log_reader.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {

// One frame of an answer.
struct Said {
  std::string source;
  int64_t time_nano = 0;
  std::string text;
  friend bool operator==(const Said&, const Said&) = default;
};
std::string ToString(const std::vector<Said>& said);
void PrintTo(const Said& said, std::ostream* out);  // for messages of tests

struct OracleStream {
  std::vector<StreamItem> items;
  size_t known = 0;     // how many of them were there when the answer began
  bool was_ended = false;  // when the answer began
  bool is_ended = false;   // when it ended
};

// Streams by run. Without follow only what was known counts.
std::vector<Said> ExpectedAnswer(const std::vector<OracleStream>& streams, const ReadOptions& options);

// The frames of a chunk.
std::vector<Said> ParseChunk(std::string_view bytes);
// All that a reader says until it ends, or has nothing to say now.
std::vector<Said> ReadAll(LogReader& reader, MonoTime deadline = kNever);

}  // namespace tailrace
