#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tailrace {
namespace {

TEST(TempDir, IsFreshAndGoesWithAllThatIsInIt) {
  std::string path;
  {
    TempDir dir;
    TempDir other;
    path = dir.path();
    EXPECT_NE(path, other.path());
    EXPECT_TRUE(std::filesystem::is_empty(path));
    std::filesystem::create_directories(dir / "a/b");
    std::ofstream(dir / "a/b/c") << "x";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace tailrace
