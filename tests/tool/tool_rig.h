// ToolRig: a Tool whose output is kept, over the machine's disk. Owned by the test; one thread.
#pragma once

#include <string>

#include "base/posix_disk.h"
#include "tests/fakes/temp_dir.h"
#include "tool/tool.h"

namespace tailrace {

struct ToolRig {
  TempDir dir;
  PosixDisk disk;
  SystemClock clock;
  std::string out;
  std::string err;
  Nanos waited{0};
  Tool tool{.disk = disk,
            .clock = clock,
            .out =
                [this](std::string_view text) {
                  out += text;
                  return true;
                },
            .err = [this](std::string_view text) { err += std::string(text) + "\n"; },
            .wait = [this](Nanos timeout) { waited += timeout; }};
};

}  // namespace tailrace
