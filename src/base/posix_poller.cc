#include "base/posix_poller.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/posix_fifo.h"

namespace tailrace {

namespace {

constexpr int kEventsMax = 256;  // A round; what is beyond it fires in the next.

int DescriptorOf(Fifo& fifo) {
  auto* posix = dynamic_cast<PosixFifo*>(&fifo);
  CHECK(posix != nullptr);
  return posix->fd();
}

int Control(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

PosixPoller::PosixPoller(UniqueFd epoll, UniqueFd event) : epoll_(std::move(epoll)), event_(std::move(event)) {}

Result<std::unique_ptr<Poller>> PosixPoller::Make() {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) return Status::FromErrno(errno, "make an epoll");
  UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.is_open()) return Status::FromErrno(errno, "make an eventfd");
  if (Control(epoll.get(), EPOLL_CTL_ADD, event.get(), EPOLLIN) != 0) {
    return Status::FromErrno(errno, "add the eventfd to the epoll");
  }
  return std::unique_ptr<Poller>(std::make_unique<PosixPoller>(std::move(epoll), std::move(event)));
}

Status PosixPoller::Add(Fifo& fifo, uint64_t token) {
  int fd = DescriptorOf(fifo);
  if (Control(epoll_.get(), EPOLL_CTL_ADD, fd, EPOLLONESHOT) != 0) {
    return Status::FromErrno(errno, "add a FIFO to the epoll");
  }
  registrations_[fd] = {token, false};
  return Status::Ok();
}

void PosixPoller::Remove(Fifo& fifo) {
  int fd = DescriptorOf(fifo);
  CHECK_EQ(registrations_.erase(fd), 1u);
  CHECK_EQ(Control(epoll_.get(), EPOLL_CTL_DEL, fd, 0), 0);
}

void PosixPoller::Arm(Fifo& fifo, uint64_t token) {
  int fd = DescriptorOf(fifo);
  auto found = registrations_.find(fd);
  CHECK(found != registrations_.end());
  found->second = {token, true};
  CHECK_EQ(Control(epoll_.get(), EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT), 0);
}

void PosixPoller::Wait(MonoTime deadline, std::vector<uint64_t>& fired) {
  while (Sleep(deadline)) {
    if (Collect(fired)) return;
  }
}

bool PosixPoller::Sleep(MonoTime deadline) {
  // epoll_wait counts in milliseconds, too coarse for a rest of one: the epoll itself is polled.
  pollfd watched{epoll_.get(), POLLIN, 0};
  while (true) {
    timespec left{};
    if (deadline != kNever) {
      int64_t ns = std::max<int64_t>(0, (deadline - clock_.Now()).count());
      left = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
    }
    int ready = ppoll(&watched, 1, deadline == kNever ? nullptr : &left, nullptr);
    if (ready >= 0) return ready > 0;
    CHECK_EQ(errno, EINTR);
  }
}

bool PosixPoller::Collect(std::vector<uint64_t>& fired) {
  std::array<epoll_event, kEventsMax> events;
  int count = epoll_wait(epoll_.get(), events.data(), kEventsMax, 0);
  CHECK(count >= 0 || errno == EINTR);
  bool is_over = false;
  for (int i = 0; i < count; ++i) {
    int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == event_.get()) {
      uint64_t wakes = 0;
      is_over |= read(fd, &wakes, sizeof(wakes)) == sizeof(wakes);
      continue;
    }
    auto found = registrations_.find(fd);
    // epoll reports a hang-up of a FIFO that was added and never armed; the kernel has now disarmed it as well, and
    // Arm asks afresh, so nothing is lost.
    if (found == registrations_.end() || !found->second.is_armed) continue;
    found->second.is_armed = false;
    fired.push_back(found->second.token);
    is_over = true;
  }
  return is_over;
}

void PosixPoller::Wake() {
  uint64_t one = 1;
  // Full (2^64 - 2 wakes that nobody took) is the only refusal, and then it is awake already.
  ssize_t ignored = RetryInterrupted([&] { return write(event_.get(), &one, sizeof(one)); });
  static_cast<void>(ignored);
}

}  // namespace tailrace
