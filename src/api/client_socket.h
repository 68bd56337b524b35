// ClientSocket: one accepted connection: bytes in with a deadline, bytes out without. A resource of its connection's
// thread; Shutdown and is_gone may be called from any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace tailrace {

class ClientSocket {
 public:
  static constexpr size_t kHeadBytesMax = 64 * 1024;
  static constexpr Nanos kLingerMax = std::chrono::seconds(1);
  static constexpr size_t kLingerBytesMax = 8 * 1024 * 1024;

  ClientSocket(UniqueFd fd, Clock& clock);
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // What waits in a connection that nothing has been read from: something, nothing yet, or its end.
  enum class Greeting { kBytes, kNone, kClosed };
  static Greeting Greet(int fd);

  enum class Head {
    kWhole,   // head() has it, the blank line included
    kClosed,  // the client closed before it was whole
    kSlow,    // not whole by the deadline
    kTooLarge,
  };
  Head ReadHead(MonoTime deadline);
  const std::string& head() const { return head_; }

  // Bytes behind the head: at least one; 0 at the end, -1 at the deadline or on an error.
  ssize_t Read(char* out, size_t bytes, MonoTime deadline);

  // Sends everything, waiting for the client however long; false when it has gone or Shutdown was called.
  bool Write(std::string_view bytes);
  // The client has closed both directions. One that has only finished sending still wants its answer.
  bool is_gone() const;
  // Ends reads and writes, now and later.
  void Shutdown();
  // Reads away, for a moment, what the client still sends: closing over unread bytes would take back the answer.
  void Linger();

  int fd() const { return fd_.get(); }
  // Gives the connection away; nothing has been read from it.
  UniqueFd Release() { return std::move(fd_); }

 private:
  bool WaitReadable(MonoTime deadline) const;

  UniqueFd fd_;
  Clock& clock_;
  std::string head_;
  std::string rest_;  // read together with the head, but behind it
  size_t rest_taken_ = 0;
};

}  // namespace tailrace
