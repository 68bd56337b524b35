#include "tests/crash/fifo_feeder.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <chrono>

#include "base/bytes.h"
#include "base/check.h"
#include "tests/fakes/log_frames.h"

namespace tailrace {

namespace {

constexpr int64_t kStartNs = 1'767'323'045'000'000'000;

uint64_t Mix(uint64_t seed, uint64_t n) {
  uint64_t x = seed * 0x9e3779b97f4a7c15 + n;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

FifoFeeder::FifoFeeder(Options options) : options_(std::move(options)) {
  CHECK_EQ(::mkfifo(options_.fifo.c_str(), 0700), 0);
  fd_ = UniqueFd(::open(options_.fifo.c_str(), O_RDWR | O_CLOEXEC));
  CHECK(fd_.is_open());
}

FifoFeeder::~FifoFeeder() {
  if (thread_.joinable()) Stop();
}

void FifoFeeder::Start() {
  is_stopping_ = false;
  thread_ = std::thread([this] { Run(); });
}

void FifoFeeder::Stop() {
  is_stopping_ = true;
  thread_.join();
}

void FifoFeeder::Run() {
  uint64_t frames = 0;
  for (uint64_t n = lines_.load(); !is_stopping_; ++n) {
    for (const std::string& frame : FramesOf(n)) {
      CHECK_EQ(::write(fd_.get(), frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
      if (++frames % static_cast<uint64_t>(options_.pause_every) == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(options_.pause_us));
      }
    }
    lines_.store(n + 1);
  }
}

size_t FifoFeeder::pipe_bytes() const {
  int bytes = 0;
  CHECK_EQ(::ioctl(fd_.get(), FIONREAD, &bytes), 0);
  return static_cast<size_t>(bytes);
}

std::string FifoFeeder::SourceOf(uint64_t n) const { return Mix(options_.seed, n) % 4 == 0 ? "stderr" : "stdout"; }

std::string FifoFeeder::TextOf(uint64_t n) const {
  const uint64_t random = Mix(options_.seed, n);
  std::string text = Hex64(options_.seed) + " " + std::to_string(n) + " ";
  size_t bytes = (random >> 8) % 200;
  if (options_.has_long_lines && (random >> 16) % 400 == 0) bytes = 16'384 + (random >> 24) % 30'000;
  text.append(bytes, static_cast<char>('a' + random % 26));
  return text;
}

std::vector<std::string> FifoFeeder::FramesOf(uint64_t n) const {
  return SplitLine(SourceOf(n), kStartNs + static_cast<int64_t>(n) * 1000, TextOf(n), LineEnd::kNewline, Hex64(n));
}

}  // namespace tailrace
