#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace tailrace {

void CheckFailed(const char* file, int line, const char* condition, const std::string& detail) {
  std::fprintf(stderr, "level=error msg=\"check failed\" at=%s:%d condition=\"%s\" operands=\"%s\"\n", file, line,
               condition, detail.c_str());
  std::abort();
}

}  // namespace tailrace
