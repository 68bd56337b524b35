// Retry-After headers: whatever comes, the time is none, or between nothing and the bound. The first line of the input is
// the header, the second the answer's Date.
#include <algorithm>

#include "base/check.h"
#include "sinks/retry_after.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = tailrace::FuzzInput(data, size);
  const size_t end = std::min(input.find('\n'), input.size());
  const std::string_view date = end < input.size() ? input.substr(end + 1) : std::string_view();
  const auto time = tailrace::ParseRetryAfter(input.substr(0, end), date);
  if (time) {
    CHECK_GE(time->count(), 0);
    CHECK(*time <= tailrace::kRetryAfterMax);
  }
  return 0;
}
