#include "tests/sinks/test_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/check.h"

namespace tailrace {

UniqueFd ListenOnLoopback(int& port, int backlog) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(fd.is_open());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof(address);
  CHECK_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), bytes), 0);
  CHECK_EQ(::listen(fd.get(), backlog), 0);
  CHECK_EQ(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &bytes), 0);
  port = ntohs(address.sin_port);
  return fd;
}

std::string Answer(int status, std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Something\r\n" + std::string(more_headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

bool TestConnection::Read(Request& request) {
  request = {};
  size_t head_end = 0;
  while ((head_end = pending_.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = ReadBytes(1);
    if (more.empty()) return false;
    pending_ += more;
  }
  request.head = pending_.substr(0, head_end + 2);
  pending_.erase(0, head_end + 4);
  size_t length = 0;
  const size_t at = request.head.find("Content-Length: ");
  if (at != std::string::npos) length = std::stoul(request.head.substr(at + 16));
  while (pending_.size() < length) {
    const std::string more = ReadBytes(1);
    if (more.empty()) return false;
    pending_ += more;
  }
  request.body = pending_.substr(0, length);
  pending_.erase(0, length);
  return true;
}

std::string TestConnection::ReadBytes(size_t bytes) {
  std::string all;
  std::vector<char> buffer(256 * 1024);
  while (all.size() < bytes) {
    const ssize_t got = RetryInterrupted([&] { return ::recv(fd_.get(), buffer.data(), buffer.size(), 0); });
    if (got <= 0) break;
    all.append(buffer.data(), static_cast<size_t>(got));
  }
  return all;
}

bool TestConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        RetryInterrupted([&] { return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool TestConnection::Pause(int milliseconds) {
  pollfd ready{fd_.get(), POLLRDHUP, 0};
  return ::poll(&ready, 1, milliseconds) == 0;
}

void TestConnection::WaitForClose() {
  while (!ReadBytes(1).empty()) {
  }
}

void TestConnection::Reset() {
  const linger option{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &option, sizeof(option));
  fd_ = UniqueFd();
}

TestHttpServer::TestHttpServer(Script script) : script_(std::move(script)) {
  listener_ = ListenOnLoopback(port_, 128);
  acceptor_ = std::thread([this] { Accept(); });
}

void TestHttpServer::Accept() {
  while (!is_stopped_) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.is_open()) return;
    const int number = connections_++;
    const std::lock_guard<std::mutex> lock(mu_);
    // A copy, so that the number stays ours whatever the script does with its own.
    fds_.push_back(::dup(fd.get()));
    const int copy = fds_.back();
    threads_.emplace_back([this, number, copy, connection = TestConnection(std::move(fd))]() mutable {
      script_(connection, number);
      // A reset is only sent when nobody else holds the socket.
      const std::lock_guard<std::mutex> again(mu_);
      ::close(copy);
      std::erase(fds_, copy);
    });
  }
}

void TestHttpServer::StopListening() {
  is_stopped_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  listener_ = UniqueFd();
}

TestHttpServer::~TestHttpServer() {
  StopListening();
  {
    const std::lock_guard<std::mutex> lock(mu_);
    for (int fd : fds_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace tailrace
