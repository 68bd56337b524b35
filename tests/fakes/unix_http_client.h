// UnixHttpClient: one HTTP connection over a unix socket, as bytes: a test may send half a request, wait, or go away.
// Owned by the test; one thread.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace tailrace {

struct HttpReply {
  int status = 0;                              // 0: nothing came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // chunks joined
  bool is_whole = false;                       // it ended as HTTP says, not by a broken connection
};

class UnixHttpClient {
 public:
  static constexpr std::chrono::milliseconds kPatience{20'000};

  // Not connected when nobody listens.
  explicit UnixHttpClient(const std::string& path);
  bool is_connected() const { return fd_.is_open(); }
  int fd() const { return fd_.get(); }

  bool Send(std::string_view bytes);
  // A POST as Docker's Go client writes it: no Content-Type, a Content-Length even without a body.
  bool SendPost(const std::string& path, std::string_view body, const std::string& host = "plugin.moby.localhost");

  HttpReply ReadReply(std::chrono::milliseconds patience = kPatience);
  // The head alone; then the chunks one by one: "" at the clean end, or with `broken` set when there is none.
  HttpReply ReadHead(std::chrono::milliseconds patience = kPatience);
  enum class Outcome { kChunk, kEnd, kBroken, kTimeout };
  Outcome ReadChunk(std::string& chunk, std::chrono::milliseconds patience = kPatience);
  // Whether the server closes the connection, with nothing more to read, in time.
  bool ReadsEnd(std::chrono::milliseconds patience = kPatience);

  void FinishSending();  // half-close
  void Close() { fd_ = UniqueFd(); }

 private:
  enum class Fill { kBytes, kEnd, kTimeout };
  Fill FillBuffer(std::chrono::steady_clock::time_point deadline);
  Outcome TakeLine(std::string& line, std::chrono::steady_clock::time_point deadline);
  Outcome TakeBytes(size_t count, std::string& bytes, std::chrono::steady_clock::time_point deadline);

  UniqueFd fd_;
  std::string buffer_;
};

}  // namespace tailrace
