// The file `facts`: what is accepted is written back and read again as the same. The bytes are also tried as the JSON
// behind a right checksum.
#include <cstdio>
#include <string>

#include "base/crc32c.h"
#include "journal/stream_facts.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

void Decode(std::string_view bytes) {
  const Result<StreamFacts> facts = DecodeFacts(bytes);
  if (!facts.ok()) {
    CHECK(!facts.status().message().empty());
    return;
  }
  const std::string written = EncodeFacts(*facts);
  const Result<StreamFacts> again = DecodeFacts(written);
  CHECK(again.ok());
  CHECK(EncodeFacts(*again) == written);
  CHECK_GE(facts->spool.segment_bytes(), 1u);
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  std::string_view bytes = FuzzInput(data, size);
  Decode(bytes);
  // As it stands in a file: 8 digits of the sum, a blank, the JSON, a newline.
  if (size > 9 && bytes[8] == ' ') bytes.remove_prefix(9);
  if (bytes.ends_with('\n')) bytes.remove_suffix(1);
  char sum[16];
  std::snprintf(sum, sizeof(sum), "%08x ", Crc32c(bytes));
  Decode(sum + std::string(bytes) + "\n");
  return 0;
}
