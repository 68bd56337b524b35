// HttpServer: accepts connections and gives each that says something a thread. Owned by App; Start and Stop from one
// thread. A connection that says nothing (dockerd's probe) costs no thread and no place, and may stay.
// At most kCallsMax calls and kStreamsMax streams run at a time; further connections wait for their turn.
#pragma once

#include <poll.h>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "api/client_socket.h"
#include "api/http.h"
#include "api/listener.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"

namespace tailrace {

class HttpServer {
 public:
  static constexpr size_t kCallsMax = 64;
  static constexpr size_t kStreamsMax = 256;
  static constexpr size_t kSilentMax = 1024;  // accepted, but nothing has been said yet, or no place is free
  static constexpr Nanos kSilentTime = std::chrono::seconds(10);  // younger ones are never sent away for want of room
  static constexpr Nanos kStopGrace = std::chrono::milliseconds(700);

  HttpServer(std::unique_ptr<Listener> listener, std::vector<ApiRoute> routes, Clock& clock, Log& log);
  ~HttpServer();  // Stops.

  // Called on the accepting thread for each connection, a silent one too. Before Start.
  void OnAccept(std::function<void()> callback) { on_accept_ = std::move(callback); }

  void Start();
  // Accepts no more, lets calls and streams finish for kStopGrace, then cuts them off.
  void Stop();

  struct Stats {
    size_t calls = 0;  // running now
    size_t streams = 0;
    uint64_t accepted = 0;
  };
  Stats stats();

 private:
  class Connection;
  struct Silent {
    UniqueFd fd;
    MonoTime since;
  };
  void Run();
  void WaitForEvents();
  void Wait(std::vector<pollfd>& waiting, Nanos timeout);
  void AcceptAll();
  void MakeRoom();
  void StartSpeaking();
  bool StartConnection(UniqueFd& fd);
  void Reap();
  bool CallPlaceIsFree();

  // Called by connections.
  bool MoveToStreams();
  void Leave(bool is_stream);
  void Wake();

  std::unique_ptr<Listener> listener_;
  const std::vector<ApiRoute> routes_;
  Clock& clock_;
  Log& log_;
  UniqueFd wake_;  // an eventfd
  std::atomic<bool> is_stopping_{false};
  std::function<void()> on_accept_;
  Thread thread_;

  // Of the accepting thread; of Stop's after it has ended.
  std::list<Silent> silent_;  // the oldest first
  std::list<std::unique_ptr<Connection>> connections_;
  MonoTime no_threads_before_;  // the kernel has refused one: not again before then

  Mutex mu_;
  Stats stats_ GUARDED_BY(mu_);
};

}  // namespace tailrace
