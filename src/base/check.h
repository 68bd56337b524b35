// CHECK: what must hold or our own code is wrong. On in every build: it prints file, line and condition to
// stderr and aborts; the journal makes a restart safe. Never used on input from outside. Any thread.
#pragma once

#include <string>

namespace tailrace {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const std::string& detail);

namespace internal {
template <typename A, typename B>
std::string CheckOperands(const A& a, const B& b) {
  if constexpr (requires { std::to_string(a); std::to_string(b); }) {
    return std::to_string(a) + " against " + std::to_string(b);
  } else {
    return {};
  }
}
}  // namespace internal

#define CHECK(condition)                                                         \
  do {                                                                           \
    if (__builtin_expect(!(condition), 0))                                       \
      ::tailrace::CheckFailed(__FILE__, __LINE__, #condition, {});               \
  } while (false)

#define CHECK_OP_(a, op, b)                                                      \
  do {                                                                           \
    const auto& check_a_ = (a);                                                  \
    const auto& check_b_ = (b);                                                  \
    if (__builtin_expect(!(check_a_ op check_b_), 0))                            \
      ::tailrace::CheckFailed(__FILE__, __LINE__, #a " " #op " " #b,             \
                              ::tailrace::internal::CheckOperands(check_a_, check_b_)); \
  } while (false)

#define CHECK_EQ(a, b) CHECK_OP_(a, ==, b)
#define CHECK_NE(a, b) CHECK_OP_(a, !=, b)
#define CHECK_LT(a, b) CHECK_OP_(a, <, b)
#define CHECK_LE(a, b) CHECK_OP_(a, <=, b)
#define CHECK_GT(a, b) CHECK_OP_(a, >, b)
#define CHECK_GE(a, b) CHECK_OP_(a, >=, b)

}  // namespace tailrace
