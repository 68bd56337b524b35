// Frames: walking any bytes makes progress, stays inside them, and depends on nothing but them; what the quick way takes
// for a plain frame the general way takes for the same.
#include "tests/fuzz/fuzz_target.h"
#include "wire/frame.h"
#include "wire/log_entry.h"
#include "wire/plain_frame.h"

namespace tailrace {
namespace {

void CheckPlain(std::string_view bytes) {
  PlainFrame plain;
  if (!ReadPlainFrame(bytes.data(), bytes.size(), plain)) return;
  const FrameStep step = NextFrame(bytes, false);
  CHECK(step.kind == FrameStep::Kind::kFrame);
  CHECK_EQ(step.bytes, plain.bytes);
  LogEntry entry;
  CHECK(DecodeLogEntry(step.body, entry));
  CHECK(entry.source == plain.source);
  CHECK_EQ(entry.time_nano, plain.time_nano);
  CHECK(entry.line == bytes.substr(plain.line_at, plain.bytes - plain.line_at));
  CHECK(entry.ends_line());
}

void CheckStep(std::string_view bytes, bool at_end, const FrameStep& step) {
  switch (step.kind) {
    case FrameStep::Kind::kFrame:
      CHECK_LE(step.bytes, bytes.size());
      CHECK_EQ(step.bytes, step.body.size() + kFrameHeaderBytes);
      CHECK_GT(step.body.size(), 0u);
      CHECK(step.body.data() == bytes.data() + kFrameHeaderBytes);
      return;
    case FrameStep::Kind::kNeedMore:
      CHECK(step.bytes == 0 || step.bytes > bytes.size());
      CHECK_LE(step.bytes, kFrameHeaderBytes + kFrameBodyBytesMax);
      return;
    case FrameStep::Kind::kDamage:
      CHECK_GT(step.bytes, 0u);
      CHECK_LE(step.bytes, bytes.size());
      // Damage ends where a plausible frame begins, or with the bytes.
      CHECK_EQ(FindFrame(bytes, 1, at_end), step.bytes);
      return;
  }
}

void Walk(std::string_view bytes, bool at_end) {
  for (;;) {
    CheckPlain(bytes);
    const FrameStep step = NextFrame(bytes, at_end);
    CheckStep(bytes, at_end, step);
    const FrameStep again = NextFrame(bytes, at_end);
    CHECK(again.kind == step.kind);
    CHECK_EQ(again.bytes, step.bytes);
    if (step.kind == FrameStep::Kind::kNeedMore) return;
    bytes.remove_prefix(step.bytes);
  }
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = tailrace::FuzzInput(data, size);
  tailrace::Walk(bytes, false);
  tailrace::Walk(bytes, true);
  for (bool at_end : {false, true}) {
    const size_t found = tailrace::FindFrame(bytes, 0, at_end);
    CHECK_LE(found, bytes.size());
    if (found == bytes.size()) continue;
    // What is found is never called damage at once.
    CHECK(tailrace::NextFrame(bytes.substr(found), at_end).kind != tailrace::FrameStep::Kind::kDamage);
  }
  return 0;
}
