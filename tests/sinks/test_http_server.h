// TestHttpServer: an HTTP server on loopback whose every byte the test writes, to misbehave on purpose. Owned by a
// test; each connection has a thread, which runs the test's script.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace tailrace {

// The server's end of one connection. Used by the script's thread.
class TestConnection {
 public:
  explicit TestConnection(UniqueFd fd) : fd_(std::move(fd)) {}

  struct Request {
    std::string head;  // up to the empty line
    std::string body;
    std::string Line() const { return head.substr(0, head.find("\r\n")); }
  };
  // The next request, whole; false when the client has closed.
  bool Read(Request& request);
  // At least this many bytes of what comes, and no more than one further read.
  std::string ReadBytes(size_t bytes);
  // False when the client has gone.
  bool Send(std::string_view bytes);
  // Waits that long, or until the client closes: false then.
  bool Pause(int milliseconds);
  // Waits until the client closes.
  void WaitForClose();
  // Closes with a reset: what the client has not read yet is lost.
  void Reset();

 private:
  UniqueFd fd_;
  std::string pending_;  // read, but not yet taken
};

class TestHttpServer {
 public:
  using Script = std::function<void(TestConnection& connection, int number)>;  // number: of the connection, from 0

  explicit TestHttpServer(Script script);
  ~TestHttpServer();  // Closes all connections and joins.

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  void StopListening();

 private:
  void Accept();

  const Script script_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> is_stopped_{false};
  std::mutex mu_;
  std::vector<int> fds_;  // of connections, to wake their scripts at the end
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" with a length and the body.
std::string Answer(int status, std::string_view body, std::string_view more_headers = "");

// A listening socket on loopback and its port.
UniqueFd ListenOnLoopback(int& port, int backlog);

}  // namespace tailrace
