#include "wire/frame.h"

#include <algorithm>
#include <cstring>

#include "wire/log_entry.h"

namespace tailrace {
namespace {

constexpr std::string_view kStdoutStart = "\x0a\x06stdout";
constexpr std::string_view kStderrStart = "\x0a\x06stderr";
constexpr size_t kStartBytes = 8;
static_assert(kStdoutStart.size() == kStartBytes);
static_assert(kStderrStart.size() == kStartBytes);
// What both have in common; a newline never stands inside a line, so that this is rarely found in text.
constexpr std::string_view kCommonStart = kStdoutStart.substr(0, 5);

// What LooksLikeFrame knows of a length of which only the first bytes are visible: at most 00 10 00 00.
static_assert(kFrameBodyBytesMax == 0x100000);

// The bytes look like dockerd's frame as far as they reach (up to its source).
bool LooksLikeFrame(std::string_view bytes) {
  if (bytes.size() >= kFrameHeaderBytes) {
    uint32_t length_untrusted = LoadBig32(bytes.data());
    if (length_untrusted < kStartBytes || length_untrusted > kFrameBodyBytesMax) return false;
  } else {
    if (!bytes.empty() && bytes[0] != 0) return false;
    if (bytes.size() > 1 && static_cast<unsigned char>(bytes[1]) > 0x10) return false;
    return true;
  }
  const char* body = bytes.data() + kFrameHeaderBytes;
  if (bytes.size() >= kFrameHeaderBytes + kStartBytes) {
    return std::memcmp(body, kStdoutStart.data(), kStartBytes) == 0 ||
           std::memcmp(body, kStderrStart.data(), kStartBytes) == 0;
  }
  std::string_view visible = bytes.substr(kFrameHeaderBytes);
  return kStdoutStart.starts_with(visible) || kStderrStart.starts_with(visible);
}

// A frame that looks like dockerd's, whose body decodes, with another behind it or the exact end. What is not visible
// counts as right while more may come, and as wrong at the end: a cut frame there is of no use to anybody.
bool IsPlausible(std::string_view bytes, bool at_end) {
  if (!LooksLikeFrame(bytes)) return false;
  if (bytes.size() < kFrameHeaderBytes) return !at_end;
  size_t body_bytes = LoadBig32(bytes.data());
  std::string_view body = bytes.substr(kFrameHeaderBytes);
  if (body.size() < body_bytes) return !at_end && MayBeginLogEntry(body, body_bytes);
  LogEntry entry;
  if (!DecodeLogEntry(body.substr(0, body_bytes), entry)) return false;
  return LooksLikeFrame(body.substr(body_bytes));
}

FrameStep Damage(std::string_view bytes, bool at_end) {
  return {FrameStep::Kind::kDamage, FindFrame(bytes, 1, at_end), {}};
}

// bytes[0] is not plainly a whole frame with another one behind it. Kept out of line, so that NextFrame stays short.
[[gnu::noinline]] FrameStep JudgeFrame(std::string_view bytes, bool at_end) {
  if (bytes.size() < kFrameHeaderBytes) return {};
  const size_t body_bytes = LoadBig32(bytes.data());
  if (body_bytes == 0 || body_bytes > kFrameBodyBytesMax) return Damage(bytes, at_end);
  const std::string_view body = bytes.substr(kFrameHeaderBytes);
  if (body.size() < body_bytes) {
    // A wrong length that leads out of sight is recognised by what is in sight. At the end, where a cut frame is worth
    // nothing, one that does not look like dockerd's is not given the benefit of the doubt.
    const bool is_possible = MayBeginLogEntry(body, body_bytes);
    if (!is_possible || (at_end && !LooksLikeFrame(bytes))) return Damage(bytes, at_end);
    return {FrameStep::Kind::kNeedMore, kFrameHeaderBytes + body_bytes, {}};
  }
  // Nothing behind it proves its length. A body that decodes does; it is the next frame then that is damaged or odd.
  LogEntry entry;
  if (!DecodeLogEntry(body.substr(0, body_bytes), entry)) return Damage(bytes, at_end);
  return {FrameStep::Kind::kFrame, kFrameHeaderBytes + body_bytes, body.substr(0, body_bytes)};
}

bool IsFollowed(const char* behind) {
  const uint64_t start = LoadLittle<uint64_t>(behind + kFrameHeaderBytes);
  const bool is_ours =
      start == LoadLittle<uint64_t>(kStdoutStart.data()) || start == LoadLittle<uint64_t>(kStderrStart.data());
  return is_ours && LoadBig32(behind) - kStartBytes <= kFrameBodyBytesMax - kStartBytes;
}

}  // namespace

FrameStep NextFrame(std::string_view bytes, bool at_end) {
  if (bytes.size() < kFrameHeaderBytes) return {};
  const size_t body_bytes = LoadBig32(bytes.data());
  const size_t frame_bytes = kFrameHeaderBytes + body_bytes;
  const bool is_plain = body_bytes > 0 && body_bytes <= kFrameBodyBytesMax &&
                        frame_bytes + kFrameHeaderBytes + kStartBytes <= bytes.size() &&
                        IsFollowed(bytes.data() + frame_bytes);
  if (!is_plain) return JudgeFrame(bytes, at_end);
  return {FrameStep::Kind::kFrame, frame_bytes, {bytes.data() + kFrameHeaderBytes, body_bytes}};
}

size_t FindFrame(std::string_view bytes, size_t from, bool at_end) {
  size_t at = from;
  // Every frame of which the common start is visible.
  for (;;) {
    size_t start = bytes.find(kCommonStart, std::max(at + kFrameHeaderBytes, from));
    if (start == std::string_view::npos) break;
    at = start - kFrameHeaderBytes;
    if (IsPlausible(bytes.substr(at), at_end)) return at;
    ++at;
  }
  // The last bytes, which may be the first ones of a header.
  constexpr size_t kTail = kFrameHeaderBytes + kCommonStart.size() - 1;
  at = std::max(at, bytes.size() > kTail ? bytes.size() - kTail : 0);
  for (; at < bytes.size(); ++at) {
    if (IsPlausible(bytes.substr(at), at_end)) return at;
  }
  return bytes.size();
}

}  // namespace tailrace
