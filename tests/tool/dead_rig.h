// DeadRig: a spool with dead letters in it, as the plugin writes them. Owned by the test; one thread.
#pragma once

#include <filesystem>
#include <fstream>
#include <vector>

#include "delivery/dead_letters.h"
#include "tests/tool/sample_letters.h"
#include "tests/tool/tool_rig.h"

namespace tailrace {

struct DeadRig : ToolRig {
  DeadRig() {
    std::filesystem::create_directories(root);
    std::ofstream(root + "/lock") << "x";
  }
  // As one process after another would: each begins a new file.
  void Write(const std::vector<DeadLetter>& letters) {
    DeadLetters dead(disk, {.directory = root + "/dead"});
    CHECK_EQ(dead.Write(letters).count, letters.size());
  }
  const std::string root = dir / "spool";
};

}  // namespace tailrace
