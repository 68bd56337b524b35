#include "config/reference.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

OptionTable Table() { return OptionTable({}); }

TEST(Reference, HoldsEveryOption) {
  OptionTable table = Table();
  for (const OptionRow& row : table.rows()) {
    EXPECT_NE(ReferenceText(table).find("  " + std::string(row.name) + " "), std::string::npos) << row.name;
    EXPECT_NE(ReferenceMarkdown(table).find("| `" + std::string(row.name) + "` |"), std::string::npos) << row.name;
    EXPECT_NE(ReferenceText(table).find("[" + EnvironmentName(row.name) + "]"), std::string::npos) << row.name;
  }
}

TEST(Reference, EveryRowOfATableHasFiveCells) {
  std::string text = ReferenceMarkdown(Table());
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with("|")) continue;
    size_t bars = 0;
    for (size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
    EXPECT_EQ(bars, 6u) << line;
  }
}

TEST(Reference, FitsATerminal) {
  std::string text = ReferenceText(Table());
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 110u) << text.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_EQ(begin, text.size());  // Ends with a newline.
}

}  // namespace
}  // namespace tailrace
