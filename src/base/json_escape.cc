#include "base/json_escape.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/utf8.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace tailrace {

namespace {

constexpr bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// The escape of each ASCII character that has one, and its length; padded, so that it is copied as one word.
struct Escape {
  char text[8];
  uint8_t bytes;
};

constexpr std::array<Escape, 128> MakeEscapes() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<Escape, 128> escapes{};
  for (size_t c = 0; c < 0x20; ++c) escapes[c] = {{'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]}, 6};
  escapes['\b'] = {{'\\', 'b'}, 2};
  escapes['\t'] = {{'\\', 't'}, 2};
  escapes['\n'] = {{'\\', 'n'}, 2};
  escapes['\f'] = {{'\\', 'f'}, 2};
  escapes['\r'] = {{'\\', 'r'}, 2};
  escapes['"'] = {{'\\', '"'}, 2};
  escapes['\\'] = {{'\\', '\\'}, 2};
  return escapes;
}
constexpr std::array<Escape, 128> kEscapes = MakeEscapes();

constexpr size_t kEscapeBytesMax = 6;

// Text is escaped by blocks into a buffer on the stack: appending to a string piece by piece costs more than the
// escaping. A block never grows beyond the room that is asked for it.
constexpr size_t kBlockBytes = 16;
constexpr size_t kBlockRoom = kBlockBytes * kEscapeBytesMax + 16;
constexpr size_t kBufferBytes = 1024;

// One bit for each byte of the block that is not plain.
uint32_t SpecialMask(const char* block) {
#ifdef __x86_64__
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  // As signed numbers control characters and everything from 0x80 on are below a blank.
  const __m128i low = _mm_cmpgt_epi8(_mm_set1_epi8(0x20), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash))));
#else
  uint32_t mask = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) mask |= static_cast<uint32_t>(!IsPlain(block[i])) << i;
  return mask;
#endif
}

// Writes a run of characters beyond ASCII at the head of `text`, at most a block of them; returns what it took.
size_t EscapeForeign(std::string_view text, char*& out) {
  size_t at = 0;
  while (at < text.size() && at < kBlockBytes && static_cast<unsigned char>(text[at]) >= 0x80) {
    const size_t bytes = Utf8CharacterBytes(text.substr(at));
    std::memcpy(out, bytes == 0 ? "\xef\xbf\xbd" : text.data() + at, bytes == 0 ? 3 : bytes);
    out += bytes == 0 ? 3 : bytes;
    at += bytes == 0 ? 1 : bytes;
  }
  return at;
}

// Escapes the head of `text`, at most a block and a character; returns what it took. `out` has room for kBlockRoom.
size_t EscapeBlock(std::string_view text, char*& out) {
  // Twice a block, so that a run may be copied from any place in it without asking for its length.
  char block[2 * kBlockBytes] = {};
  const size_t bytes = text.size() < kBlockBytes ? text.size() : kBlockBytes;
  if (bytes == kBlockBytes) {
    std::memcpy(block, text.data(), kBlockBytes);
  } else {
    std::memcpy(block, text.data(), bytes);
  }
  uint32_t mask = SpecialMask(block) & ((1u << bytes) - 1);
  size_t at = 0;
  while (mask != 0) {
    const auto special = static_cast<size_t>(__builtin_ctz(mask));
    std::memcpy(out, block + at, kBlockBytes);
    out += special - at;
    const auto byte = static_cast<unsigned char>(block[special]);
    if (byte >= 0x80) return special + EscapeForeign(text.substr(special), out);
    std::memcpy(out, kEscapes[byte].text, sizeof(Escape::text));
    out += kEscapes[byte].bytes;
    at = special + 1;
    mask &= mask - 1;
  }
  std::memcpy(out, block + at, kBlockBytes);
  out += bytes - at;
  return bytes;
}

using PlainBytesFunction = size_t (*)(const char*, size_t);

PlainBytesFunction ChoosePlainBytes() {
#ifdef __x86_64__
  return internal::HasAvx2() ? internal::PlainBytesAvx2 : internal::PlainBytesSse2;
#else
  return internal::PlainBytesPortable;
#endif
}

const PlainBytesFunction kPlainBytes = ChoosePlainBytes();

}  // namespace

void AppendJsonEscaped(std::string& out, std::string_view text) {
  // Most lines need nothing.
  const size_t plain = kPlainBytes(text.data(), text.size());
  out.append(text.data(), plain);
  text.remove_prefix(plain);
  char buffer[kBufferBytes];
  while (!text.empty()) {
    char* end = buffer;
    while (!text.empty() && end <= buffer + kBufferBytes - kBlockRoom) text.remove_prefix(EscapeBlock(text, end));
    out.append(buffer, static_cast<size_t>(end - buffer));
  }
}

std::string JsonQuoted(std::string_view text) {
  std::string quoted = "\"";
  AppendJsonEscaped(quoted, text);
  quoted += '"';
  return quoted;
}

namespace internal {

size_t PlainBytesPortable(const char* text, size_t bytes) {
  size_t at = 0;
  while (at < bytes && IsPlain(text[at])) ++at;
  return at;
}

#ifdef __x86_64__

size_t PlainBytesSse2(const char* text, size_t bytes) {
  if (bytes < kBlockBytes) return PlainBytesPortable(text, bytes);
  for (size_t at = 0; at + kBlockBytes <= bytes; at += kBlockBytes) {
    const uint32_t mask = SpecialMask(text + at);
    if (mask != 0) return at + static_cast<size_t>(__builtin_ctz(mask));
  }
  // The rest, together with bytes that were plain.
  const size_t last = bytes - kBlockBytes;
  const uint32_t mask = SpecialMask(text + last);
  return mask == 0 ? bytes : last + static_cast<size_t>(__builtin_ctz(mask));
}

bool HasAvx2() { return __builtin_cpu_supports("avx2") != 0; }

__attribute__((target("avx2"))) static uint32_t SpecialMask32(const char* block) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(low, _mm256_or_si256(quote, backslash))));
}

__attribute__((target("avx2"))) size_t PlainBytesAvx2(const char* text, size_t bytes) {
  constexpr size_t kWide = 32;
  if (bytes < kWide) return PlainBytesSse2(text, bytes);
  for (size_t at = 0; at + kWide <= bytes; at += kWide) {
    const uint32_t mask = SpecialMask32(text + at);
    if (mask != 0) return at + static_cast<size_t>(__builtin_ctz(mask));
  }
  const size_t last = bytes - kWide;
  const uint32_t mask = SpecialMask32(text + last);
  return mask == 0 ? bytes : last + static_cast<size_t>(__builtin_ctz(mask));
}

#else

size_t PlainBytesSse2(const char* text, size_t bytes) { return PlainBytesPortable(text, bytes); }
bool HasAvx2() { return false; }
size_t PlainBytesAvx2(const char* text, size_t bytes) { return PlainBytesPortable(text, bytes); }

#endif

}  // namespace internal
}  // namespace tailrace
