// Listener: the listening unix socket of the plugin, or a port of TCP. A resource; owned by App, used by the server's
// accepting thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "base/unique_fd.h"
#include "config/host_port.h"

namespace tailrace {

class Listener {
 public:
  // dockerd calls for hundreds of containers at once; a connect beyond the backlog fails at once.
  static constexpr int kBacklog = 4096;

  // Makes the parent folders, removes a stale socket, binds (0600) and listens: from then on connects succeed.
  // kBusy when somebody else listens there; kExists when the path is not a socket's.
  static Result<std::unique_ptr<Listener>> Open(const std::string& path);
  // Binds and listens at an address of TCP. kBusy when somebody else listens there.
  static Result<std::unique_ptr<Listener>> OpenTcp(const HostPort& address);
  // Takes over a socket that listens at `path`, empty if it has no file; use Open.
  Listener(std::string path, UniqueFd fd);
  // Removes the socket's file, unless another process has put its own there.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return fd_.get(); }
  // A waiting connection, non-blocking; not open when there is none, or none can be had (too many files are open).
  UniqueFd Accept();
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  UniqueFd fd_;
  dev_t device_ = 0;  // of the file that we made
  ino_t inode_ = 0;
};

}  // namespace tailrace
