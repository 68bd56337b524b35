// CRC-32C (Castagnoli), by SSE4.2 where the CPU has it, by tables elsewhere. Pure; any thread.
// Crc32c("123456789") is 0xe3069283 (RFC 3720).
#pragma once

#include <cstdint>
#include <string_view>

namespace tailrace {

// The sum of what `crc` covers followed by `bytes`; start with 0.
uint32_t Crc32cExtend(uint32_t crc, std::string_view bytes);
inline uint32_t Crc32c(std::string_view bytes) { return Crc32cExtend(0, bytes); }

namespace internal {

// The two ways, so that a test can hold them against each other. On a CPU without the instruction (HasCrc32cHardware
// is false) the second must not be called.
uint32_t Crc32cPortable(uint32_t crc, std::string_view bytes);
bool HasCrc32cHardware();
uint32_t Crc32cHardware(uint32_t crc, std::string_view bytes);

}  // namespace internal
}  // namespace tailrace
