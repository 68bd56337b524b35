#include "driver/start_check.h"

#include <algorithm>
#include <string>

namespace tailrace {

namespace {

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool IsFileName(std::string_view name, size_t bytes_max) {
  return !name.empty() && name.size() <= bytes_max && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), IsPlain);
}

}  // namespace

Status CheckContainerId(std::string_view id) {
  if (IsFileName(id, kContainerIdBytesMax)) return Status::Ok();
  return Invalid("request: Info.ContainerID is not a container's id");
}

Status CheckFifoPath(std::string_view path) {
  if (!path.starts_with('/')) return Invalid("request: File must be an absolute path");
  if (path.find('\0') != std::string_view::npos) return Invalid("request: File is not a path");
  if (IsFileName(path.substr(path.rfind('/') + 1), kFifoNameBytesMax)) return Status::Ok();
  return Invalid("request: File is not the path of a FIFO as dockerd names them");
}

Status CheckStartRequest(const StartRequest& request) {
  RETURN_IF_ERROR(CheckFifoPath(request.file));
  return CheckContainerId(request.info.id);
}

}  // namespace tailrace
