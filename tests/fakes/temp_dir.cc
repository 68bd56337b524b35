#include "tests/fakes/temp_dir.h"

#include <cstdlib>
#include <filesystem>

#include "base/check.h"

namespace tailrace {

TempDir::TempDir() {
  path_ = (std::filesystem::temp_directory_path() / "tailrace.XXXXXX").string();
  CHECK(mkdtemp(path_.data()) != nullptr);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tailrace
