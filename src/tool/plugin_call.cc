#include "tool/plugin_call.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/bytes.h"
#include "base/unique_fd.h"
#include "base/unix_address.h"

namespace tailrace {

namespace {

Result<UniqueFd> Connect(const std::string& socket_path) {
  ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress("connect to", socket_path));
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return Status::FromErrno(errno, "make a socket");
  if (connect(fd.get(), Generic(address), sizeof(address)) == 0) return fd;
  const int error = errno;
  if (error == ECONNREFUSED) return NotFound("connect to " + socket_path + ": nobody listens there");
  return Status::FromErrno(error, "connect to " + socket_path);
}

// Everything that is sent until the other end closes.
Result<std::string> ReadToEnd(int fd, MonoTime deadline, Clock& clock) {
  std::string text;
  std::array<char, 64 * 1024> buffer;
  while (true) {
    pollfd waiting{fd, POLLIN, 0};
    const Nanos left = deadline - clock.Now();
    if (left <= Nanos(0)) return Status(StatusCode::kBusy, "the plugin does not answer");
    if (poll(&waiting, 1, static_cast<int>(left / std::chrono::milliseconds(1)) + 1) <= 0) continue;
    const ssize_t got = RetryInterrupted([&] { return recv(fd, buffer.data(), buffer.size(), 0); });
    if (got < 0 && errno == EAGAIN) continue;
    if (got < 0) return Status::FromErrno(errno, "read the plugin's answer");
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<size_t>(got));
    if (text.size() > kPluginAnswerBytesMax) return Corrupt("read the plugin's answer: it is too long");
  }
}

pid_t PeerOf(int fd) {
  ucred peer{};
  socklen_t bytes = sizeof(peer);
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 ? peer.pid : 0;
}

// Of the head's field; nothing when it is not there.
std::optional<uint64_t> LengthIn(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const size_t at = head.find(kName);
  if (at == head.npos) return std::nullopt;
  head.remove_prefix(at + kName.size());
  return ParseDecimal(head.substr(0, head.find("\r\n")));
}

}  // namespace

Result<std::string> BodyOfAnswer(const std::string& answer) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const size_t head_end = answer.find("\r\n\r\n");
  if (head_end == answer.npos || !answer.starts_with(kVersion)) {
    return Status(StatusCode::kUnsupported, "what listens there does not speak HTTP");
  }
  const std::string status = answer.substr(kVersion.size(), 3);
  if (status != "200") return Status(StatusCode::kUnsupported, "it answers with status " + status);
  const std::optional<uint64_t> length = LengthIn(std::string_view(answer).substr(0, head_end + 2));
  std::string body = answer.substr(head_end + 4);
  if (length && *length != body.size()) return Status(StatusCode::kGone, "its answer is cut short");
  return body;
}

Result<PluginAnswer> CallPlugin(const std::string& socket, const std::string& path, Clock& clock) {
  ASSIGN_OR_RETURN(const UniqueFd fd, Connect(socket));
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: tailrace\r\n\r\n";
  // A request is far smaller than the buffer of a fresh connection.
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    return Status::FromErrno(errno, "ask " + socket);
  }
  Result<std::string> answer = ReadToEnd(fd.get(), clock.Now() + kPluginCallMax, clock);
  if (!answer.ok()) return answer.status().Wrap("ask " + socket);
  Result<std::string> body = BodyOfAnswer(*answer);
  if (!body.ok()) return body.status().Wrap("ask " + socket);
  return PluginAnswer{.body = std::move(*body), .plugin = PeerOf(fd.get())};
}

}  // namespace tailrace
