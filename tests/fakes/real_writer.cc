#include "tests/fakes/real_writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/check.h"

namespace tailrace {

std::string MakeRealFifo(const std::string& path) {
  CHECK_EQ(mkfifo(path.c_str(), 0600), 0);
  return path;
}

RealWriter::RealWriter(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  CHECK(fd_.is_open());
}

size_t RealWriter::Write(std::string_view bytes) {
  if (!fd_.is_open()) return 0;
  ssize_t n = RetryInterrupted([&] { return write(fd_.get(), bytes.data(), bytes.size()); });
  CHECK(n >= 0 || errno == EAGAIN);
  return n < 0 ? 0 : static_cast<size_t>(n);
}

}  // namespace tailrace
