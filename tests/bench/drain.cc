#include "tests/bench/drain.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/posix_disk.h"
#include "intake/pipe_size.h"
#include "intake/rest_policy.h"
#include "tests/bench/measure.h"

namespace tailrace {

namespace {

struct Source {
  std::unique_ptr<Fifo> fifo;
  int fd = -1;
  RestPolicy policy;
  MonoTime last{0};
  MonoTime due{0};
  bool is_armed = false;
  bool is_over = false;
};

class Drainer {
 public:
  Drainer(const std::vector<std::string>& fifos, size_t frame_bytes)
      : frame_bytes_(frame_bytes), poller_(std::move(*disk_.NewPoller())), sources_(fifos.size()) {
    for (size_t i = 0; i < fifos.size(); ++i) {
      sources_[i].fifo = std::move(*disk_.OpenFifo(fifos[i]));
      sources_[i].fd = ::open(fifos[i].c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
      CHECK(poller_->Add(*sources_[i].fifo, i).ok());
    }
  }
  ~Drainer() {
    for (Source& source : sources_) ::close(source.fd);
  }

  void Run() {
    size_t open = sources_.size();
    while (open > 0) {
      MonoTime due = kNever;
      for (size_t i = 0; i < sources_.size(); ++i) {
        Source& source = sources_[i];
        if (!source.is_over && !source.is_armed && source.due <= clock_.Now()) open -= Visit(i) ? 0 : 1;
        if (!source.is_over && !source.is_armed) due = std::min(due, source.due);
      }
      fired_.clear();
      if (open > 0) poller_->Wait(due, fired_);
      for (const uint64_t i : fired_) sources_[i].is_armed = false;
    }
  }

 private:
  // False: it has ended.
  bool Visit(size_t i) {
    Source& source = sources_[i];
    const ssize_t got = ::read(source.fd, buffer_.data(), buffer_.size());
    source.is_over = got == 0;
    if (source.is_over) {
      poller_->Remove(*source.fifo);
      return false;
    }
    const size_t bytes = got > 0 ? static_cast<size_t>(got) : 0;
    const MonoTime now = clock_.Now();
    const RestPolicy::Decision decision = source.policy.After(
        {bytes, bytes / frame_bytes_, now - std::exchange(source.last, now), source.fifo->Capacity(), false});
    if (decision.grow_pipe) (void)source.fifo->Resize(PipeSize::kBusyBytes);
    source.is_armed = decision.arm;
    source.due = now + decision.rest;
    if (decision.arm) poller_->Arm(*source.fifo, i);
    return true;
  }

  const size_t frame_bytes_;
  PosixDisk disk_;
  SystemClock clock_;
  std::unique_ptr<Poller> poller_;
  std::vector<Source> sources_;
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
  std::vector<uint64_t> fired_;
};

}  // namespace

double Drain(const std::vector<std::string>& fifos, size_t frame_bytes) {
  Drainer drainer(fifos, frame_bytes);
  const double before = CpuOfThisProcess().total();
  drainer.Run();
  return CpuOfThisProcess().total() - before;
}

}  // namespace tailrace
