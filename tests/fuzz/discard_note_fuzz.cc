// Notes of discards: what is accepted is written back and read again as the same. The bytes are also tried with their
// checksum made right.
#include <string>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/discard_notes.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

void Decode(std::string_view bytes) {
  const std::optional<DiscardNote> note = DecodeDiscardNote(bytes);
  if (!note) return;
  CHECK_LE(note->open_head.size(), DiscardNote::kHeadBytes);
  const std::string written = EncodeDiscardNote(*note);
  const std::optional<DiscardNote> again = DecodeDiscardNote(written);
  CHECK(again.has_value());
  CHECK(EncodeDiscardNote(*again) == written);
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  Decode(FuzzInput(data, size));
  std::string summed(FuzzInput(data, size));
  summed.resize(kDiscardNoteBytes);
  const size_t crc_at = kDiscardNoteBytes - 4;
  StoreLittle<uint32_t>(&summed[crc_at], Crc32c(std::string_view(summed).substr(0, crc_at)));
  Decode(summed);
  return 0;
}
