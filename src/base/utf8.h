// Utf8: where a text is valid UTF-8 (no overlong forms, no surrogates, nothing beyond U+10FFFF). Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tailrace {

// The length of the character that `text` begins with; 0 when it does not begin with a whole valid one.
size_t Utf8CharacterBytes(std::string_view text);

// The length of the longest valid beginning.
size_t Utf8ValidBytes(std::string_view text);

// The text with each byte that belongs to no character replaced by U+FFFD.
std::string Utf8Repaired(std::string_view text);

}  // namespace tailrace
