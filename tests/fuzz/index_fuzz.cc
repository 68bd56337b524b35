// Index files: what is parsed is a prefix of what is there, rises, and is written back as the same bytes. The bytes are
// also tried with their checksums made right, to come past them.
#include <string>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/index.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

void Parse(std::string_view bytes, uint64_t segment_start) {
  const std::vector<IndexLine> lines = ParseIndex(bytes, segment_start);
  CHECK_LE(lines.size() * kIndexLineBytes, bytes.size());
  std::string written;
  for (size_t i = 0; i < lines.size(); ++i) {
    written += EncodeIndexLine(lines[i]);
    if (i == 0) {
      CHECK_EQ(lines[i].offset, segment_start);
      continue;
    }
    CHECK_GE(lines[i].offset, lines[i - 1].offset);
    CHECK_GE(lines[i].time_max, lines[i - 1].time_max);
    for (size_t source = 0; source < kSources; ++source) {
      CHECK_GE(lines[i].counts.ends[source], lines[i - 1].counts.ends[source]);
    }
  }
  CHECK(bytes.starts_with(written));
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  const std::string_view bytes = FuzzInput(data, size);
  const uint64_t start = size >= 8 ? LoadLittle<uint64_t>(bytes.data()) : 0;
  Parse(bytes, start);
  Parse(bytes, 0);
  std::string summed(bytes);
  for (size_t at = 0; at + kIndexLineBytes <= size; at += kIndexLineBytes) {
    const size_t crc_at = at + kIndexLineBytes - 4;
    StoreLittle<uint32_t>(&summed[crc_at], Crc32c(std::string_view(summed).substr(at, kIndexLineBytes - 4)));
  }
  Parse(summed, start);
  return 0;
}
