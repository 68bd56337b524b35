#include "tests/fakes/unix_http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace tailrace {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime After(std::chrono::milliseconds patience) { return std::chrono::steady_clock::now() + patience; }

int MillisecondsUntil(SteadyTime deadline) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

UnixHttpClient::UnixHttpClient(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  CHECK_LT(path.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(fd.is_open());
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) fd_ = std::move(fd);
}

bool UnixHttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool UnixHttpClient::SendPost(const std::string& path, std::string_view body, const std::string& host) {
  return Send("POST " + path + " HTTP/1.1\r\nHost: " + host +
              "\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nAccept: application/vnd.docker.plugins.v1.2+json\r\n\r\n" + std::string(body));
}

UnixHttpClient::Fill UnixHttpClient::FillBuffer(SteadyTime deadline) {
  pollfd waiting{fd_.get(), POLLIN, 0};
  if (poll(&waiting, 1, MillisecondsUntil(deadline)) <= 0) return Fill::kTimeout;
  std::array<char, 64 * 1024> bytes;
  ssize_t n = recv(fd_.get(), bytes.data(), bytes.size(), 0);
  if (n <= 0) return Fill::kEnd;
  buffer_.append(bytes.data(), static_cast<size_t>(n));
  return Fill::kBytes;
}

UnixHttpClient::Outcome UnixHttpClient::TakeLine(std::string& line, SteadyTime deadline) {
  size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    Fill fill = FillBuffer(deadline);
    if (fill != Fill::kBytes) return fill == Fill::kEnd ? Outcome::kBroken : Outcome::kTimeout;
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return Outcome::kChunk;
}

UnixHttpClient::Outcome UnixHttpClient::TakeBytes(size_t count, std::string& bytes, SteadyTime deadline) {
  while (buffer_.size() < count) {
    Fill fill = FillBuffer(deadline);
    if (fill != Fill::kBytes) return fill == Fill::kEnd ? Outcome::kBroken : Outcome::kTimeout;
  }
  bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return Outcome::kChunk;
}

HttpReply UnixHttpClient::ReadHead(std::chrono::milliseconds patience) {
  SteadyTime deadline = After(patience);
  HttpReply reply;
  std::string line;
  if (TakeLine(line, deadline) != Outcome::kChunk || !line.starts_with("HTTP/1.1 ")) return reply;
  int status = std::atoi(line.c_str() + std::strlen("HTTP/1.1 "));
  while (TakeLine(line, deadline) == Outcome::kChunk) {
    if (line.empty()) {
      reply.status = status;
      return reply;
    }
    size_t colon = line.find(": ");
    if (colon == std::string::npos) return reply;
    reply.headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return reply;
}

HttpReply UnixHttpClient::ReadReply(std::chrono::milliseconds patience) {
  HttpReply reply = ReadHead(patience);
  if (reply.status == 0) return reply;
  if (reply.headers.contains("transfer-encoding")) {
    std::string chunk;
    Outcome outcome;
    while ((outcome = ReadChunk(chunk, patience)) == Outcome::kChunk) reply.body += chunk;
    reply.is_whole = outcome == Outcome::kEnd;
    return reply;
  }
  size_t length = static_cast<size_t>(std::atol(reply.headers["content-length"].c_str()));
  reply.is_whole = TakeBytes(length, reply.body, After(patience)) == Outcome::kChunk;
  return reply;
}

UnixHttpClient::Outcome UnixHttpClient::ReadChunk(std::string& chunk, std::chrono::milliseconds patience) {
  SteadyTime deadline = After(patience);
  std::string line;
  Outcome outcome = TakeLine(line, deadline);
  if (outcome != Outcome::kChunk) return outcome;
  size_t size = std::strtoul(line.c_str(), nullptr, 16);
  outcome = TakeBytes(size, chunk, deadline);
  if (outcome != Outcome::kChunk) return outcome;
  outcome = TakeLine(line, deadline);
  return outcome == Outcome::kChunk && size == 0 ? Outcome::kEnd : outcome;
}

bool UnixHttpClient::ReadsEnd(std::chrono::milliseconds patience) {
  return buffer_.empty() && FillBuffer(After(patience)) == Fill::kEnd;
}

void UnixHttpClient::FinishSending() { shutdown(fd_.get(), SHUT_WR); }

}  // namespace tailrace
