// Text for people at a terminal: numbers, sizes and spans as they are read best, and bytes of containers made harmless.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

std::string ShownCount(uint64_t count);        // "1,234,567"
std::string ShownBytes(uint64_t bytes);        // "999 B", "5.0 MB": decimal, as options are
std::string ShownSpan(double seconds);         // "0.2 s", "45 s", "3 min", "2 h 3 min", "4 d 1 h"
std::string ShownRate(double per_second);      // "0", "0.4", "310", "12,000"

// On one line: control characters (a terminal would obey them) and bytes that are not UTF-8 as \n, \t, \xNN; at most
// `bytes_max` of the text, and how long it was when that is less.
std::string Harmless(std::string_view text, size_t bytes_max = 4096);

// Rows under their headers, columns two blanks apart, the last one as long as it is.
class TextTable {
 public:
  struct Column {
    std::string header;
    bool is_number = false;  // to the right
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns, each made harmless.
  void Add(std::vector<std::string> cells);
  std::string Render() const;

 private:
  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tailrace
