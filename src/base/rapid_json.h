// RapidJson: how the library's headers are included, for base/json.cc and base/json_sax.cc alone: their callers never see
// it. Nothing to own; what its types promise is the library's.
#pragma once

#include <iterator>  // Which it includes: the attribute below is for its functions only.

// Its stack compares null plus a size with null before the first allocation: harmless, but a sanitizer's report.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
// RAPIDJSON_SSE2 and its like stay undefined: with them the writer leaves 0x1a to 0x1f unescaped.
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif
