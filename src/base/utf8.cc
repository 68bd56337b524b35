#include "base/utf8.h"

#include <cstdint>

#include "base/bytes.h"

namespace tailrace {

namespace {

// What the second byte may be narrows with some first bytes (Unicode standard, table 3-7).
struct Form {
  size_t bytes;
  unsigned char second_min;
  unsigned char second_max;
};

Form FormOf(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xc2) return {0, 0, 0};  // A continuation byte, or overlong.
  if (first < 0xe0) return {2, 0x80, 0xbf};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first < 0xf0) return {3, 0x80, 0xbf};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first < 0xf4) return {4, 0x80, 0xbf};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

// Log lines and JSON are mostly ASCII: skip it eight bytes at a time.
size_t AsciiBytes(std::string_view text) {
  size_t at = 0;
  while (text.size() - at >= 8 && (LoadLittle<uint64_t>(text.data() + at) & 0x8080808080808080) == 0) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

size_t Utf8CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  Form form = FormOf(static_cast<unsigned char>(text[0]));
  if (form.bytes <= 1) return form.bytes;
  if (text.size() < form.bytes) return 0;
  auto second = static_cast<unsigned char>(text[1]);
  if (second < form.second_min || second > form.second_max) return 0;
  for (size_t i = 2; i < form.bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return form.bytes;
}

size_t Utf8ValidBytes(std::string_view text) {
  size_t at = 0;
  while (true) {
    at += AsciiBytes(text.substr(at));
    size_t bytes = Utf8CharacterBytes(text.substr(at));
    if (bytes == 0) return at;
    at += bytes;
  }
}

std::string Utf8Repaired(std::string_view text) {
  std::string repaired;
  while (true) {
    size_t valid = Utf8ValidBytes(text);
    repaired += text.substr(0, valid);
    if (valid == text.size()) return repaired;
    repaired += "\xef\xbf\xbd";
    text.remove_prefix(valid + 1);
  }
}

}  // namespace tailrace
