// FakeDockerd: plays dockerd against a plugin's socket as the real one does: makes the FIFO and holds it open for
// reading and writing, StartLogging, one write a line, StopLogging with lines still in the pipe, closes only after the
// answer.
// Owned by the test; one thread, but loggers and readers may be used by others.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {

struct FakeContainer {
  std::string id;
  std::string name = "/fake";
  std::map<std::string, std::string> config = {};
  std::vector<std::string> env = {};
  std::map<std::string, std::string> labels = {};
};

// A container's id as Docker makes them, from a number.
std::string FakeContainerId(uint64_t number);

// One container's run.
class FakeLogger {
 public:
  FakeLogger(std::string socket, std::string file, UniqueFd fifo);
  ~FakeLogger();  // As Crash, when nothing else has been done.

  const std::string& file() const { return file_; }
  // One write a frame. Blocks while the pipe is full, as dockerd does.
  void Write(std::string_view frames);
  void WriteLine(std::string_view line, std::string_view source = "stdout", int64_t time_ns = 0);
  void WriteBytes(std::string_view bytes);  // one write of anything, a cut frame for instance
  // What is in the pipe now.
  size_t PipeBytes() const;

  HttpReply PostStop();   // StopLogging alone
  void CloseAndUnlink();  // what dockerd does after the answer
  HttpReply Stop();       // both
  void Crash();           // dockerd is gone: the FIFO's file stays

 private:
  const std::string socket_;
  const std::string file_;
  UniqueFd fifo_;
};

struct FakeReadConfig {
  std::string since = "0001-01-01T00:00:00Z";
  std::string until = "0001-01-01T00:00:00Z";
  int64_t tail = -1;
  bool follow = false;
};

struct FakeLogs {
  HttpReply reply;
  std::vector<proto::LogEntry> entries;  // without heartbeats, which dockerd drops
  std::string text() const;              // as the terminal shows it
};

// An open ReadLogs.
class FakeLogStream {
 public:
  FakeLogStream(const std::string& socket, const std::string& request);
  const HttpReply& head() const { return head_; }
  enum class Outcome { kEntry, kEnd, kBroken, kTimeout };
  Outcome Next(proto::LogEntry& entry, std::chrono::milliseconds patience = UnixHttpClient::kPatience);
  // The next line's text; "<end>", "<broken>" or "<timeout>" in its place.
  std::string NextText(std::chrono::milliseconds patience = UnixHttpClient::kPatience);
  size_t heartbeats() const { return heartbeats_; }
  void Close() { client_.Close(); }

 private:
  UnixHttpClient client_;
  HttpReply head_;
  std::vector<proto::LogEntry> waiting_;
  size_t taken_ = 0;
  size_t heartbeats_ = 0;
};

class FakeDockerd {
 public:
  // `fifo_directory` must exist.
  FakeDockerd(std::string socket, std::string fifo_directory);

  HttpReply Call(const std::string& path, std::string_view body);
  // Capabilities, FIFO, StartLogging. Null when it is refused: then `refusal()` is the reason.
  std::unique_ptr<FakeLogger> Start(const FakeContainer& container);
  const std::string& refusal() const { return refusal_; }

  // A FIFO that is held but not yet named in a StartLogging.
  std::unique_ptr<FakeLogger> MakeLogger();
  HttpReply PostStart(const std::string& file, const FakeContainer& container);

  // `docker logs` of a running container.
  FakeLogs ReadLogs(const FakeContainer& container, const FakeReadConfig& config = {});
  // `docker logs` of a container that is not running: a StartLogging and a StopLogging around it.
  FakeLogs ReadLogsStopped(const FakeContainer& container, const FakeReadConfig& config = {});
  std::unique_ptr<FakeLogStream> Follow(const FakeContainer& container, FakeReadConfig config = {});

  static std::string StartBody(const std::string& file, const FakeContainer& container);
  static std::string StopBody(const std::string& file);
  static std::string ReadBody(const FakeContainer& container, const FakeReadConfig& config);

 private:
  const std::string socket_;
  const std::string fifo_directory_;
  std::string refusal_;
};

}  // namespace tailrace
