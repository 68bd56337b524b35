// Bytes: sizes with units, big- and little-endian integers, hex. Pure; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

constexpr uint64_t operator""_KiB(unsigned long long n) { return n << 10; }
constexpr uint64_t operator""_MiB(unsigned long long n) { return n << 20; }
constexpr uint64_t operator""_GiB(unsigned long long n) { return n << 30; }

inline uint32_t LoadBig32(const char* p) {
  uint32_t value;
  std::memcpy(&value, p, sizeof(value));
  return __builtin_bswap32(value);
}
inline void StoreBig32(char* p, uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(p, &value, sizeof(value));
}

// Little-endian, the order of every integer in our own files (x86-64 and arm64 are both little-endian).
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
template <typename T>
T LoadLittle(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}
template <typename T>
void StoreLittle(char* p, T value) {
  std::memcpy(p, &value, sizeof(value));
}

// 16 lower-case hex digits, and back (exactly 16 digits, else nothing).
std::string Hex64(uint64_t value);
std::optional<uint64_t> ParseHex64(std::string_view text);

// A decimal number without sign or blanks that fits 64 bits, else nothing.
std::optional<uint64_t> ParseDecimal(std::string_view text);

}  // namespace tailrace
