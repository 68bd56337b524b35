// Status and Result<T>: how a function says that the world refused. Values; any thread.
// A message reads "doing what to what: why", ready for a log line or an {"Err": …} answer; it never holds a
// secret or a line's text. Our own bugs are CHECKs (check.h), losses are counters, normal ends are enums.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace tailrace {

// What a caller may decide on. Everything finer is in the message.
enum class StatusCode {
  kOk,
  kNotFound,     // ENOENT
  kExists,       // EEXIST
  kNoSpace,      // ENOSPC, EDQUOT: worth trying again when room returns
  kInvalid,      // the caller's input (options, a request)
  kCorrupt,      // bytes that are not what our format says
  kUnsupported,  // a newer format version
  kBusy,         // held by another process, or a limit on concurrency is reached
  kDenied,       // EACCES, EPERM, EROFS
  kIo,           // EIO and whatever has no code of its own
  kGone,         // the peer or the object went away in between
};

std::string_view StatusCodeName(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // Ok.
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return {}; }
  // Builds "<doing>: <strerror(error)>" with the code that belongs to the errno.
  static Status FromErrno(int error, std::string_view doing);

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  // The same error, one level of "doing what" further out: "<outer>: <message>".
  Status Wrap(std::string_view outer) const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status Invalid(std::string message) { return {StatusCode::kInvalid, std::move(message)}; }
inline Status Corrupt(std::string message) { return {StatusCode::kCorrupt, std::move(message)}; }
inline Status NotFound(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }

// A value or the Status that says why there is none. Member names are std::expected's where they exist there.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit on purpose.
  Result(Status status) : status_(std::move(status)) { CHECK(!status_.ok()); }  // NOLINT

  bool ok() const { return value_.has_value(); }
  bool has_value() const { return ok(); }
  const Status& status() const { return status_; }
  T& value() {
    CHECK(value_.has_value());
    return *value_;
  }
  const T& value() const {
    CHECK(value_.has_value());
    return *value_;
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const { return ok() ? *value_ : std::move(other); }

 private:
  Status status_;
  std::optional<T> value_;
};

#define RETURN_IF_ERROR(expression)                             \
  do {                                                          \
    ::tailrace::Status status_macro_ = (expression);            \
    if (!status_macro_.ok()) return status_macro_;              \
  } while (false)

#define TAILRACE_CONCAT_INNER(a, b) a##b
#define TAILRACE_CONCAT(a, b) TAILRACE_CONCAT_INNER(a, b)
// ASSIGN_OR_RETURN(auto x, F()): x = *F(), or return F()'s status.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(TAILRACE_CONCAT(result_macro_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return result.status();                    \
  declaration = std::move(result.value())

}  // namespace tailrace
