// HttpServerTest: a server with handlers of every kind, for the tests of the server and of its exchanges.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/http_server.h"
#include "base/mutex.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/temp_dir.h"
#include "tests/fakes/unix_http_client.h"

namespace tailrace {

// A gate that tests open: what waits at it is known to have come so far.
class Gate {
 public:
  void Wait() {
    MutexLock lock(mu_);
    ++waiting_;
    changed_.NotifyAll();
    while (!is_open_) changed_.WaitFor(mu_, std::chrono::seconds(20));
  }
  bool WaitForWaiters(int count) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    MutexLock lock(mu_);
    while (waiting_ < count && std::chrono::steady_clock::now() < deadline)
      changed_.WaitFor(mu_, std::chrono::milliseconds(100));
    return waiting_ >= count;
  }
  int waiting() {
    MutexLock lock(mu_);
    return waiting_;
  }
  void Open() {
    MutexLock lock(mu_);
    is_open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int waiting_ GUARDED_BY(mu_) = 0;
  bool is_open_ GUARDED_BY(mu_) = false;
};

// An {"Err": …} with a sentence, and nothing else.
void ExpectErr(const HttpReply& reply, int status);

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::vector<ApiRoute> Routes();
  ApiAnswer Wait();                           // at the gate; counts when it is undone
  std::function<bool(BodyWriter&)> Follow();  // a chunk, then until the client goes or the server stops
  std::function<bool(BodyWriter&)> Idle();    // a chunk, then at the gate: leaves the processor to what is measured
  HttpReply Post(const std::string& path, std::string_view body);
  HttpReply Raw(std::string_view bytes);
  static bool Eventually(const std::function<bool()>& condition);

  TempDir dir_;
  std::string path_ = dir_ / "s";
  SystemClock clock_;
  MemoryLog log_;
  Gate gate_;
  std::atomic<int> undone_{0};
  std::atomic<int> following_{0};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace tailrace
