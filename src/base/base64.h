// Base64: bytes as text (RFC 4648 §4, padded). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

std::string Base64(std::string_view bytes);

// Nothing when the text is not padded base64; empty text is no bytes.
std::optional<std::string> DecodeBase64(std::string_view text);

// Whether the text is padded base64 of at least one byte.
bool IsBase64(std::string_view text);

}  // namespace tailrace
