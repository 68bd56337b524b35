#include "api/http_server.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "api/http_exchange.h"

namespace tailrace {

namespace {

// While the kernel refuses threads, or files, it is asked again so often.
constexpr Nanos kRetryAfter = std::chrono::milliseconds(100);
constexpr Nanos kForever = Nanos::max();

}  // namespace

// A connection and its thread.
class HttpServer::Connection final : public ExchangeHost {
 public:
  Connection(HttpServer& server, UniqueFd fd) : server_(server), socket_(std::move(fd), server.clock_) {}

  Status Start() {
    return thread_.TryStart("call", [this] {
      ServeExchange(socket_, server_.routes_, *this, server_.clock_);
      // Closes nothing: the descriptor's number must not be used again while Shutdown may still come.
      socket_.Shutdown();
      server_.Leave(is_stream_);
      is_finished_ = true;
      server_.Wake();
    });
  }
  UniqueFd TakeFd() { return socket_.Release(); }
  void Shutdown() { socket_.Shutdown(); }
  bool is_finished() const { return is_finished_; }
  void Join() { thread_.Join(); }

  bool TakeStreamPlace() override {
    is_stream_ = server_.MoveToStreams();
    return is_stream_;
  }
  bool is_stopping() override { return server_.is_stopping_; }

 private:
  HttpServer& server_;
  ClientSocket socket_;
  bool is_stream_ = false;
  std::atomic<bool> is_finished_{false};
  Thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener, std::vector<ApiRoute> routes, Clock& clock, Log& log)
    : listener_(std::move(listener)),
      routes_(std::move(routes)),
      clock_(clock),
      log_(log),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(wake_.is_open());
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Start() {
  thread_.Start("accept", [this] { Run(); });
}

void HttpServer::Stop() {
  if (is_stopping_.exchange(true)) return;
  Wake();
  thread_.Join();
  MonoTime deadline = clock_.Now() + kStopGrace;
  for (Reap(); !connections_.empty() && clock_.Now() < deadline; Reap()) {
    std::vector<pollfd> only_wake{{wake_.get(), POLLIN, 0}};
    Wait(only_wake, deadline - clock_.Now());
  }
  for (auto& connection : connections_) connection->Shutdown();
  for (auto& connection : connections_) connection->Join();
  connections_.clear();
}

HttpServer::Stats HttpServer::stats() {
  MutexLock lock(mu_);
  return stats_;
}

void HttpServer::Run() {
  while (!is_stopping_) {
    WaitForEvents();
    Reap();
    if (is_stopping_) break;
    AcceptAll();
    StartSpeaking();
  }
  silent_.clear();
  listener_.reset();
}

void HttpServer::WaitForEvents() {
  std::vector<pollfd> waiting{{wake_.get(), POLLIN, 0}};
  MakeRoom();
  if (silent_.size() < kSilentMax) waiting.push_back({listener_->fd(), POLLIN, 0});
  bool threads_are_refused = clock_.Now() < no_threads_before_;
  // Without a free place nothing can be done for those that speak; the end of a call wakes us.
  if (CallPlaceIsFree() && !threads_are_refused) {
    for (const Silent& silent : silent_) waiting.push_back({silent.fd.get(), POLLIN, 0});
  }
  bool must_look_again = silent_.size() >= kSilentMax || threads_are_refused;
  Wait(waiting, must_look_again ? kRetryAfter : kForever);
}

// The first of `waiting` is wake_, which is then quiet again.
void HttpServer::Wait(std::vector<pollfd>& waiting, Nanos timeout) {
  bool has_end = timeout != kForever;
  poll(waiting.data(), waiting.size(), has_end ? static_cast<int>(timeout / std::chrono::milliseconds(1)) + 1 : -1);
  uint64_t count = 0;
  if ((waiting[0].revents & POLLIN) != 0 && read(wake_.get(), &count, sizeof(count)) < 0) CHECK_EQ(errno, EAGAIN);
}

void HttpServer::AcceptAll() {
  while (silent_.size() < kSilentMax) {
    UniqueFd fd = listener_->Accept();
    if (!fd.is_open()) {
      if (errno != EMFILE && errno != ENFILE && errno != ENOMEM) return;
      // The connection stays in the backlog; asking at once again would only burn time.
      log_.Write(LogLevel::kError, "accept-failed", {{"why", Status::FromErrno(errno, "accept").message()}});
      std::vector<pollfd> only_wake{{wake_.get(), POLLIN, 0}};
      Wait(only_wake, kRetryAfter);
      return;
    }
    silent_.push_back({std::move(fd), clock_.Now()});
    {
      MutexLock lock(mu_);
      ++stats_.accepted;
    }
    if (on_accept_) on_accept_();
  }
}

// Sends the oldest away when there are too many that say nothing.
void HttpServer::MakeRoom() {
  if (silent_.size() < kSilentMax) return;
  auto silent = std::find_if(silent_.begin(), silent_.end(), [](const Silent& s) {
    return ClientSocket::Greet(s.fd.get()) == ClientSocket::Greeting::kNone;
  });
  if (silent != silent_.end() && clock_.Now() - silent->since > kSilentTime) silent_.erase(silent);
}

// Threads for those that have said something, in the order in which they came.
void HttpServer::StartSpeaking() {
  for (auto silent = silent_.begin(); silent != silent_.end();) {
    bool is_over = false;
    switch (ClientSocket::Greet(silent->fd.get())) {
      case ClientSocket::Greeting::kNone: break;
      case ClientSocket::Greeting::kClosed: is_over = true; break;  // A probe: dockerd wants to know that we listen.
      case ClientSocket::Greeting::kBytes: is_over = StartConnection(silent->fd); break;
    }
    silent = is_over ? silent_.erase(silent) : std::next(silent);
  }
}

// False leaves the descriptor where it is, to be tried again.
bool HttpServer::StartConnection(UniqueFd& fd) {
  if (!CallPlaceIsFree() || clock_.Now() < no_threads_before_) return false;
  auto connection = std::make_unique<Connection>(*this, std::move(fd));
  {
    MutexLock lock(mu_);
    ++stats_.calls;
  }
  Status status = connection->Start();
  if (status.ok()) {
    connections_.push_back(std::move(connection));
    return true;
  }
  log_.Write(LogLevel::kError, "no-thread", {{"why", status.message()}});
  no_threads_before_ = clock_.Now() + kRetryAfter;
  fd = connection->TakeFd();
  Leave(/*is_stream=*/false);
  return false;
}

void HttpServer::Reap() {
  connections_.remove_if([](const std::unique_ptr<Connection>& connection) {
    if (!connection->is_finished()) return false;
    connection->Join();
    return true;
  });
}

bool HttpServer::CallPlaceIsFree() {
  MutexLock lock(mu_);
  return stats_.calls < kCallsMax;
}

bool HttpServer::MoveToStreams() {
  {
    MutexLock lock(mu_);
    if (stats_.streams >= kStreamsMax) return false;
    ++stats_.streams;
    --stats_.calls;
  }
  Wake();  // A call's place is free.
  return true;
}

void HttpServer::Leave(bool is_stream) {
  MutexLock lock(mu_);
  --(is_stream ? stats_.streams : stats_.calls);
}

void HttpServer::Wake() {
  uint64_t one = 1;
  // It fails only when the count is at its end, and then the thread is awake.
  if (write(wake_.get(), &one, sizeof(one)) < 0) CHECK_EQ(errno, EAGAIN);
}

}  // namespace tailrace
