// JsonEscape: any bytes as the inside of a JSON string: quotes, backslashes and control characters escaped, what is not
// UTF-8 (overlong forms and surrogates too) replaced by U+FFFD, byte by byte, everything else as it is. This is on the
// path of every line. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tailrace {

// Appends without the surrounding quotes.
void AppendJsonEscaped(std::string& out, std::string_view text);

// The same with quotes.
std::string JsonQuoted(std::string_view text);

namespace internal {

// The length of the longest beginning that needs no look: ASCII from 0x20 on, without quote and backslash. One way for
// each kind of CPU, so that a test can hold them against each other; Avx2 must only be called where HasAvx2.
size_t PlainBytesPortable(const char* text, size_t bytes);
size_t PlainBytesSse2(const char* text, size_t bytes);
bool HasAvx2();
size_t PlainBytesAvx2(const char* text, size_t bytes);

}  // namespace internal
}  // namespace tailrace
