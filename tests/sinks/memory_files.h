// MemoryFiles: a FileSource of a test's own texts. Owned by the test.
#pragma once

#include <map>
#include <string>

#include "sinks/sink.h"

namespace tailrace {

class MemoryFiles final : public FileSource {
 public:
  Result<std::string> Read(const std::string& path) override {
    auto file = texts.find(path);
    if (file == texts.end()) return NotFound("read " + path + ": No such file or directory");
    return file->second;
  }
  std::map<std::string, std::string> texts;
};

}  // namespace tailrace
