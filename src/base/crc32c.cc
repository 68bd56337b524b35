#include "base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace tailrace {

namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, bit-reversed: bit 31 is the coefficient of x^0.

using Table = std::array<uint32_t, 256>;

// kSlices[k][b] is what byte b adds to the sum when k further bytes follow it.
constexpr std::array<Table, 8> MakeSlices() {
  std::array<Table, 8> slices{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t sum = b;
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ kPolynomial : sum >> 1;
    slices[0][b] = sum;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t b = 0; b < 256; ++b) slices[k][b] = slices[k - 1][b] >> 8 ^ slices[0][slices[k - 1][b] & 255];
  }
  return slices;
}

constexpr std::array<Table, 8> kSlices = MakeSlices();

}  // namespace

namespace internal {

uint32_t Crc32cPortable(uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  const char* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word = LoadLittle<uint64_t>(p) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kSlices[7 - k][word >> (8 * k) & 255];
  }
  for (; n > 0; ++p, --n) crc = crc >> 8 ^ kSlices[0][(crc ^ static_cast<unsigned char>(*p)) & 255];
  return ~crc;
}

}  // namespace internal

#if defined(__x86_64__)

namespace {

// The instruction takes 8 bytes a cycle but answers after three, so three lanes run side by side. Two lane lengths:
// the long one for bulk, the short one so that blocks of a few KiB gain as well.
constexpr size_t kLongLane = 4096;
constexpr size_t kShortLane = 512;
static_assert(kLongLane % 8 == 0 && kShortLane % 8 == 0);

// a * b modulo the polynomial, both bit-reversed.
constexpr uint32_t Multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
    if (a & bit) product ^= b;
    b = b & 1 ? b >> 1 ^ kPolynomial : b >> 1;
  }
  return product;
}

// Appending `n` zero bytes to what was summed multiplies the sum by x^(8n): four tables, one for each of its bytes.
using ShiftTable = std::array<Table, 4>;

constexpr ShiftTable MakeShift(size_t n) {
  uint32_t power = 1u << 31;                             // x^0
  uint32_t square = 1u << 30;                            // x^1, x^2, x^4, …
  for (size_t exponent = 8 * n; exponent != 0; exponent >>= 1, square = Multiply(square, square)) {
    if (exponent & 1) power = Multiply(power, square);
  }
  ShiftTable shift{};
  for (size_t k = 0; k < 4; ++k) {
    for (uint32_t b = 1; b < 256; ++b) {
      uint32_t rest = b & (b - 1);  // The tables are linear: only the single bits need a multiplication.
      shift[k][b] = rest != 0 ? shift[k][rest] ^ shift[k][b ^ rest] : Multiply(power, b << (8 * k));
    }
  }
  return shift;
}

constexpr ShiftTable kLongShift = MakeShift(kLongLane);
constexpr ShiftTable kShortShift = MakeShift(kShortLane);

uint64_t Shift(const ShiftTable& shift, uint64_t sum) {
  return shift[0][sum & 255] ^ shift[1][sum >> 8 & 255] ^ shift[2][sum >> 16 & 255] ^ shift[3][sum >> 24 & 255];
}

// Sums three lanes of `lane` bytes at `p` and joins them.
__attribute__((target("sse4.2"))) uint64_t SumLanes(uint64_t sum, const char* p, size_t lane,
                                                    const ShiftTable& shift) {
  uint64_t second = 0;
  uint64_t third = 0;
  for (const char* end = p + lane; p != end; p += 8) {
    sum = _mm_crc32_u64(sum, LoadLittle<uint64_t>(p));
    second = _mm_crc32_u64(second, LoadLittle<uint64_t>(p + lane));
    third = _mm_crc32_u64(third, LoadLittle<uint64_t>(p + 2 * lane));
  }
  sum = Shift(shift, sum) ^ second;
  return Shift(shift, sum) ^ third;
}

}  // namespace

namespace internal {

bool HasCrc32cHardware() { return __builtin_cpu_supports("sse4.2") != 0; }

__attribute__((target("sse4.2"))) uint32_t Crc32cHardware(uint32_t crc, std::string_view bytes) {
  uint64_t sum = ~crc;
  const char* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 3 * kLongLane; p += 3 * kLongLane, n -= 3 * kLongLane) sum = SumLanes(sum, p, kLongLane, kLongShift);
  for (; n >= 3 * kShortLane; p += 3 * kShortLane, n -= 3 * kShortLane) sum = SumLanes(sum, p, kShortLane, kShortShift);
  for (; n >= 8; p += 8, n -= 8) sum = _mm_crc32_u64(sum, LoadLittle<uint64_t>(p));
  auto narrow = static_cast<uint32_t>(sum);
  for (; n > 0; ++p, --n) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*p));
  return ~narrow;
}

}  // namespace internal

uint32_t Crc32cExtend(uint32_t crc, std::string_view bytes) {
  return internal::HasCrc32cHardware() ? internal::Crc32cHardware(crc, bytes) : internal::Crc32cPortable(crc, bytes);
}

#else

namespace internal {

bool HasCrc32cHardware() { return false; }

uint32_t Crc32cHardware(uint32_t, std::string_view) {
  CHECK(HasCrc32cHardware());
  return 0;
}

}  // namespace internal

uint32_t Crc32cExtend(uint32_t crc, std::string_view bytes) { return internal::Crc32cPortable(crc, bytes); }

#endif

}  // namespace tailrace
