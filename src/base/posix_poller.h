// PosixPoller: Poller by epoll and an eventfd. Owned by intake and used by its thread; Wake by any.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/unique_fd.h"

namespace tailrace {

class PosixPoller final : public Poller {
 public:
  static Result<std::unique_ptr<Poller>> Make();
  PosixPoller(UniqueFd epoll, UniqueFd event);  // for Make: the second is in the first

  Status Add(Fifo& fifo, uint64_t token) override;
  void Remove(Fifo& fifo) override;
  void Arm(Fifo& fifo, uint64_t token) override;
  void Wait(MonoTime deadline, std::vector<uint64_t>& fired) override;
  void Wake() override;

 private:
  struct Registration {
    uint64_t token = 0;
    bool is_armed = false;
  };

  // Whether something is to be collected; false when the deadline came.
  bool Sleep(MonoTime deadline);
  // Takes up to kEventsMax events. Whether one of them ends the wait.
  bool Collect(std::vector<uint64_t>& fired);

  UniqueFd epoll_;
  UniqueFd event_;
  SystemClock clock_;  // A real wait can only be measured by the real clock.
  std::unordered_map<int, Registration> registrations_;  // by the FIFO's descriptor
};

}  // namespace tailrace
