#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace tailrace {

namespace fs = std::filesystem;

std::vector<SourceFile> ReadSourceTree(const std::string& top) {
  std::vector<SourceFile> files;
  for (const char* folder : {"src", "sinks", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(top) / folder)) {
      const std::string name = entry.path().string();
      if (!entry.is_regular_file() || (!name.ends_with(".h") && !name.ends_with(".cc"))) continue;
      SourceFile file;
      file.path = fs::relative(entry.path(), top).string();
      std::ifstream in(name);
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string CodeOf(const std::string& line) {
  std::string code;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
        code += c;
      }
      continue;
    }
    if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
    // An apostrophe between digits separates them.
    const bool is_separator = c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
    if ((c == '"' || c == '\'') && !is_separator) quote = c;
    code += c;
  }
  return code;
}

namespace {

bool BeginsType(const std::string& line) {
  for (const char* word : {"class ", "struct ", "enum ", "namespace", "union ", "using ", "constexpr ", "#", "}", "extern "}) {
    if (line.starts_with(word)) return line.find('(') == line.npos || line.starts_with("#") || line.starts_with("namespace");
  }
  return false;
}

bool IsAtColumnZero(const std::string& code) { return !code.empty() && code[0] != ' ' && code[0] != '\t'; }

}  // namespace

std::vector<Function> FunctionsOf(const SourceFile& file) {
  std::vector<Function> functions;
  size_t begin = 0;  // from 1; 0: in nothing
  bool is_function = false;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string code = CodeOf(file.lines[i]);
    if (!IsAtColumnZero(code)) continue;
    if (code[0] == '}') {
      if (begin != 0 && is_function) functions.push_back({file.lines[begin - 1], begin, i + 2 - begin});
      begin = 0;
      continue;
    }
    if (begin == 0 || code.ends_with(";")) {
      begin = i + 1;
      is_function = !BeginsType(code) && code.find('(') != code.npos;
    }
    // Complete on one line, or only declared.
    if (code.ends_with(";") || code.ends_with("}")) begin = 0;
  }
  return functions;
}

}  // namespace tailrace
