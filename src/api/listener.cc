#include "api/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/unix_address.h"

namespace tailrace {

namespace {

constexpr int kTcpBacklog = 128;

Status MakeParents(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return Status::FromErrno(errno, "make folder " + folder);
  }
  return Status::Ok();
}

bool SomebodyListens(const sockaddr_un& address) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return false;
  // A full backlog (EAGAIN) is a living one too.
  return connect(fd.get(), Generic(address), sizeof(address)) == 0 || errno == EAGAIN;
}

sockaddr_storage V4Of(const HostPort& address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  if (!address.host.empty()) CHECK_EQ(inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr), 1);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v4, sizeof(v4));
  return storage;
}

sockaddr_storage V6Of(const HostPort& address) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  if (!address.host.empty()) CHECK_EQ(inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr), 1);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v6, sizeof(v6));
  return storage;
}

Result<UniqueFd> BindTcp(const sockaddr_storage& address, bool takes_both) {
  const bool is_v6 = address.ss_family == AF_INET6;
  UniqueFd fd(socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return Status::FromErrno(errno, "make a socket");
  const int yes = 1;
  const int v6_only = takes_both ? 0 : 1;
  // Connections of an earlier process that are still being forgotten would make bind fail.
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      (is_v6 && setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only)) != 0)) {
    return Status::FromErrno(errno, "set up a socket");
  }
  const socklen_t bytes = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), bytes) == 0) return fd;
  return errno == EADDRINUSE ? Status(StatusCode::kBusy, "another process listens there") : Status::FromErrno(errno, "bind");
}

// What an earlier process left behind would make bind fail.
Status RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return Status::Ok();
  if (!S_ISSOCK(found.st_mode)) return {StatusCode::kExists, "listen on " + path + ": it exists and is no socket"};
  if (SomebodyListens(address)) return {StatusCode::kBusy, "listen on " + path + ": another process listens there"};
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Status::FromErrno(errno, "remove the stale socket " + path);
  return Status::Ok();
}

}  // namespace

Listener::Listener(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {
  struct stat made {};
  if (lstat(path_.c_str(), &made) != 0) return;
  device_ = made.st_dev;
  inode_ = made.st_ino;
}

Result<std::unique_ptr<Listener>> Listener::Open(const std::string& path) {
  ASSIGN_OR_RETURN(sockaddr_un address, UnixAddress("listen on", path));
  RETURN_IF_ERROR(MakeParents(path));
  RETURN_IF_ERROR(RemoveStale(path, address));
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return Status::FromErrno(errno, "make a socket");
  // The file that bind makes takes its mode from here: nobody else can ever connect.
  if (fchmod(fd.get(), 0600) != 0) return Status::FromErrno(errno, "set the mode of the socket");
  if (bind(fd.get(), Generic(address), sizeof(address)) != 0) return Status::FromErrno(errno, "bind " + path);
  if (listen(fd.get(), kBacklog) != 0) return Status::FromErrno(errno, "listen on " + path);
  return std::make_unique<Listener>(path, std::move(fd));
}

Result<std::unique_ptr<Listener>> Listener::OpenTcp(const HostPort& address) {
  const std::string shown = (address.is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
  const bool is_any = address.host.empty();
  // One socket takes both families; a kernel may be without the newer one.
  Result<UniqueFd> fd = BindTcp(is_any || address.is_v6 ? V6Of(address) : V4Of(address), is_any);
  if (!fd.ok() && is_any) fd = BindTcp(V4Of(address), false);
  if (!fd.ok()) return fd.status().Wrap("listen on " + shown);
  if (listen(fd->get(), kTcpBacklog) != 0) return Status::FromErrno(errno, "listen on " + shown);
  return std::make_unique<Listener>("", std::move(*fd));
}

Listener::~Listener() {
  struct stat found {};
  if (lstat(path_.c_str(), &found) != 0 || found.st_dev != device_ || found.st_ino != inode_) return;
  unlink(path_.c_str());
}

UniqueFd Listener::Accept() {
  return UniqueFd(
      RetryInterrupted([this] { return accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }));
}

}  // namespace tailrace
