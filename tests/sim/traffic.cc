#include "tests/sim/traffic.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "tests/fakes/log_frames.h"

namespace tailrace {

namespace {
constexpr size_t kGiantBytes = 100'000;  // larger than a pipe
}  // namespace

size_t Traffic::DrawBytes() {
  const uint64_t kind = random_.Below(1000);
  if (kind < 600) return random_.Between(1, 120);
  if (kind < 850) return random_.Between(120, 1000);
  if (kind < 930) return random_.Between(1000, 5000);
  if (kind < 970) return random_.Between(5000, kDockerChunkBytes - 1);
  if (kind < 985) return random_.Between(kDockerChunkBytes, 5 * kDockerChunkBytes);
  return 0;
}

std::string Traffic::DrawText(size_t bytes) {
  std::string text = std::to_string(number_++) + " ";
  // Some are random bytes: nothing may depend on what a line holds.
  const bool is_binary = random_.Chance(0.2);
  while (text.size() < bytes) {
    const uint64_t word = random_.Next64();
    text += is_binary ? std::string(reinterpret_cast<const char*>(&word), sizeof(word)) : Hex64(word);
  }
  text.resize(bytes);
  if (is_binary) std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void Traffic::AddLine(Written& written, WallTime now) {
  const bool is_stderr = random_.Chance(0.3);
  const char* source = is_stderr ? "stderr" : "stdout";
  const char* other = is_stderr ? "stdout" : "stderr";
  if (random_.Chance(0.001)) {
    written.Add(Frame(source, now.ns, DrawText(kGiantBytes + random_.Below(kGiantBytes))));
    return;
  }
  const LineEnd end = random_.Chance(0.01) ? LineEnd::kOpen : LineEnd::kNewline;
  bool is_first = true;
  for (const std::string& frame : SplitLine(source, now.ns, DrawText(DrawBytes()), end)) {
    // Between the pieces of a line of one source stand lines of the other.
    if (!std::exchange(is_first, false) && random_.Chance(0.3)) written.Add(Frame(other, now.ns, DrawText(50)));
    written.Add(frame);
  }
}

void Traffic::AddBytes(Written& written, WallTime now, size_t bytes) {
  const size_t goal = written.bytes().size() + bytes;
  while (written.bytes().size() < goal) AddLine(written, now);
}

void Traffic::AddPlain(Written& written, WallTime now, size_t line_bytes) {
  written.Add(Frame(random_.Chance(0.3) ? "stderr" : "stdout", now.ns, DrawText(line_bytes)));
}

}  // namespace tailrace
