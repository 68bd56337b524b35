#include "api/client_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace tailrace {

namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

int MillisecondsUntil(MonoTime deadline, MonoTime now) {
  if (deadline <= now) return 0;
  constexpr Nanos kLongest = std::chrono::hours(1);
  Nanos left = std::min(deadline - now, kLongest);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

}  // namespace

ClientSocket::ClientSocket(UniqueFd fd, Clock& clock) : fd_(std::move(fd)), clock_(clock) {}

ClientSocket::Greeting ClientSocket::Greet(int fd) {
  char byte;
  ssize_t n = RetryInterrupted([&] { return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT); });
  if (n > 0) return Greeting::kBytes;
  if (n < 0 && errno == EAGAIN) return Greeting::kNone;
  return Greeting::kClosed;
}

bool ClientSocket::WaitReadable(MonoTime deadline) const {
  while (true) {
    MonoTime now = clock_.Now();
    pollfd waiting{fd_.get(), POLLIN, 0};
    int ready = poll(&waiting, 1, MillisecondsUntil(deadline, now));
    if (ready > 0) return true;
    if (ready == 0 && clock_.Now() >= deadline) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ClientSocket::Head ClientSocket::ReadHead(MonoTime deadline) {
  std::array<char, kReadBytes> buffer;
  while (true) {
    if (!WaitReadable(deadline)) return Head::kSlow;
    ssize_t n = RetryInterrupted([&] { return recv(fd_.get(), buffer.data(), buffer.size(), 0); });
    if (n < 0 && errno == EAGAIN) continue;
    if (n <= 0) return Head::kClosed;
    // The end may lie across two reads.
    size_t search_from = head_.size() < kHeadEnd.size() ? 0 : head_.size() - kHeadEnd.size() + 1;
    head_.append(buffer.data(), static_cast<size_t>(n));
    size_t end = head_.find(kHeadEnd, search_from);
    if (end != std::string::npos && end <= kHeadBytesMax) {
      rest_ = head_.substr(end + kHeadEnd.size());
      head_.resize(end + kHeadEnd.size());
      return Head::kWhole;
    }
    if (head_.size() > kHeadBytesMax) return Head::kTooLarge;
  }
}

ssize_t ClientSocket::Read(char* out, size_t bytes, MonoTime deadline) {
  if (rest_taken_ < rest_.size()) {
    size_t n = std::min(bytes, rest_.size() - rest_taken_);
    std::memcpy(out, rest_.data() + rest_taken_, n);
    rest_taken_ += n;
    return static_cast<ssize_t>(n);
  }
  while (true) {
    if (!WaitReadable(deadline)) return -1;
    ssize_t n = RetryInterrupted([&] { return recv(fd_.get(), out, bytes, 0); });
    if (n >= 0 || errno != EAGAIN) return n;
  }
}

bool ClientSocket::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = RetryInterrupted([&] { return send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (n >= 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
      continue;
    }
    if (errno != EAGAIN) return false;
    // Room, the client's end and Shutdown all wake it; a reader may be slow for days.
    pollfd waiting{fd_.get(), POLLOUT, 0};
    if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return false;
    if ((waiting.revents & (POLLHUP | POLLERR)) != 0) return false;
  }
  return true;
}

bool ClientSocket::is_gone() const {
  pollfd state{fd_.get(), 0, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void ClientSocket::Shutdown() { shutdown(fd_.get(), SHUT_RDWR); }

void ClientSocket::Linger() {
  shutdown(fd_.get(), SHUT_WR);
  std::array<char, kReadBytes> buffer;
  MonoTime deadline = clock_.Now() + kLingerMax;
  for (size_t taken = 0; taken < kLingerBytesMax;) {
    ssize_t n = Read(buffer.data(), buffer.size(), deadline);
    if (n <= 0) return;
    taken += static_cast<size_t>(n);
  }
}

}  // namespace tailrace
