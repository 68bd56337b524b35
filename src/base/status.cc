#include "base/status.h"

#include <cerrno>
#include <cstring>

namespace tailrace {

namespace {

StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOENT: case ENOTDIR: return StatusCode::kNotFound;
    case EEXIST: return StatusCode::kExists;
    case ENOSPC: case EDQUOT: return StatusCode::kNoSpace;
    case EACCES: case EPERM: case EROFS: return StatusCode::kDenied;
    case EBUSY: case EWOULDBLOCK: return StatusCode::kBusy;
    default: return StatusCode::kIo;
  }
}

}  // namespace

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk: return "ok";
    case StatusCode::kNotFound: return "not-found";
    case StatusCode::kExists: return "exists";
    case StatusCode::kNoSpace: return "no-space";
    case StatusCode::kInvalid: return "invalid";
    case StatusCode::kCorrupt: return "corrupt";
    case StatusCode::kUnsupported: return "unsupported";
    case StatusCode::kBusy: return "busy";
    case StatusCode::kDenied: return "denied";
    case StatusCode::kIo: return "io";
    case StatusCode::kGone: return "gone";
  }
  return "unknown";
}

Status Status::FromErrno(int error, std::string_view doing) {
  std::string message(doing);
  message += ": ";
  char buffer[128];
  // glibc's strerror_r returns the text, which need not be in the buffer.
  message += ::strerror_r(error, buffer, sizeof(buffer));
  return {CodeOfErrno(error), std::move(message)};
}

Status Status::Wrap(std::string_view outer) const {
  CHECK(!ok());
  std::string message(outer);
  message += ": ";
  message += message_;
  return {code_, std::move(message)};
}

}  // namespace tailrace
