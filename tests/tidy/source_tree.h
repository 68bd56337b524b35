// SourceTree: the project's own C++ files, for the tests of the house rules. Values; read once.
#pragma once

#include <string>
#include <vector>

namespace tailrace {

struct SourceFile {
  std::string path;                // from the top, with slashes
  std::vector<std::string> lines;  // without newlines

  bool is_product() const { return path.starts_with("src/") || path.starts_with("sinks/"); }
  bool is_source() const { return path.ends_with(".cc"); }
  std::string folder() const { return path.substr(0, path.rfind('/')); }
};

// All .h and .cc files below src, sinks and tests. `top` is the source folder.
std::vector<SourceFile> ReadSourceTree(const std::string& top);

struct Function {
  std::string first_line;
  size_t line = 0;    // where it begins, from 1
  size_t lines = 0;   // from its first line to its closing brace
};
// Functions defined at column 0: the house style indents nothing in a namespace. Finds what ends in a brace at column 0 and
// began with something that is neither a type, a namespace nor a variable.
std::vector<Function> FunctionsOf(const SourceFile& file);

// The line with string literals emptied and the comment cut off.
std::string CodeOf(const std::string& line);

}  // namespace tailrace
