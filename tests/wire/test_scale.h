// How often a random test goes round: a tenth as often under a sanitizer, which makes everything so much slower.
#pragma once

#include <cstddef>

namespace tailrace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TAILRACE_IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(TAILRACE_IS_SANITIZED)
inline constexpr size_t kTestScale = 10;
#else
inline constexpr size_t kTestScale = 1;
#endif

constexpr size_t Rounds(size_t n) { return n / kTestScale; }

}  // namespace tailrace
