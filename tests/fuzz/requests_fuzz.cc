// Bodies of the plugin API, which dockerd sends: a request or a sentence, whatever comes.
#include <string>

#include "api/messages.h"
#include "base/rfc3339.h"
#include "base/json.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  const std::string_view body = FuzzInput(data, size);
  const Result<StartRequest> start = ParseStartRequest(body);
  if (!start.ok()) {
    CHECK(JsonDocument::Parse(EncodeError(start.status().message())).ok());
  }
  const Result<std::string> stop = ParseStopRequest(body);
  if (!stop.ok()) {
    CHECK(!stop.status().message().empty());
  }
  const Result<ReadRequest> read = ParseReadRequest(body);
  if (!read.ok()) {
    CHECK(!read.status().message().empty());
  }
  if (const std::optional<Instant> instant = ParseRfc3339(body)) {
    CHECK_GE(instant->nanos, 0);
    CHECK_LT(instant->nanos, 1'000'000'000);
    const int64_t nanos = ClampedNanos(*instant);
    if (nanos != INT64_MIN && nanos != INT64_MAX) {
      CHECK_EQ(nanos - instant->nanos, instant->seconds * 1'000'000'000);
    }
  }
  return 0;
}
