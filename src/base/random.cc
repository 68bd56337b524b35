#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace tailrace {

uint64_t SystemRandom::Next64() {
  uint64_t value = 0;
  ssize_t got;
  do {
    got = getrandom(&value, sizeof(value), 0);
  } while (got < 0 && errno == EINTR);
  // Up to 256 bytes come whole or not at all, and only a kernel without the call refuses.
  CHECK_EQ(got, ssize_t{sizeof(value)});
  return value;
}

}  // namespace tailrace
