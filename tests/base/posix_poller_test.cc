#include "base/posix_poller.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "base/posix_disk.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

using Tokens = std::vector<uint64_t>;

constexpr MonoTime kAtOnce{0};

class PosixPollerTest : public testing::Test {
 protected:
  Tokens Wait(MonoTime deadline) {
    Tokens fired;
    poller_->Wait(deadline, fired);
    return fired;
  }

  TempDir dir_;
  PosixDisk disk_;
  SystemClock clock_;
  const std::string path_ = MakeRealFifo(dir_ / "p");
  std::unique_ptr<RealWriter> writer_ = std::make_unique<RealWriter>(path_);
  std::unique_ptr<Fifo> fifo_ = std::move(*disk_.OpenFifo(path_));
  std::unique_ptr<Poller> poller_ = std::move(*disk_.NewPoller());
};

TEST_F(PosixPollerTest, AnArmedFifoFiresOnce) {
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  poller_->Arm(*fifo_, 2);
  ASSERT_EQ(writer_->Write("x"), 1u);
  EXPECT_EQ(Wait(kNever), Tokens{2});
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  poller_->Arm(*fifo_, 3);
  EXPECT_EQ(Wait(kNever), Tokens{3});  // The byte is still there.
}

TEST_F(PosixPollerTest, ADisarmedFifoNeverFires) {
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  ASSERT_EQ(writer_->Write("x"), 1u);
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  writer_->Close();
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  EXPECT_EQ(Wait(clock_.Now() + std::chrono::milliseconds(1)), Tokens{});
}

TEST_F(PosixPollerTest, ArmingShowsWhatHappenedBefore) {
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  writer_->Close();
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  poller_->Arm(*fifo_, 1);
  EXPECT_EQ(Wait(kNever), Tokens{1});
}

TEST_F(PosixPollerTest, TheLastWriterGoingFires) {
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  poller_->Arm(*fifo_, 1);
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  writer_->Close();
  EXPECT_EQ(Wait(kNever), Tokens{1});
}

TEST_F(PosixPollerTest, AFifoThatNobodyHasHeldSinceNeverFires) {
  writer_->Close();
  fifo_ = std::move(*disk_.OpenFifo(path_));
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  poller_->Arm(*fifo_, 1);
  EXPECT_EQ(Wait(clock_.Now() + std::chrono::milliseconds(1)), Tokens{});
}

TEST_F(PosixPollerTest, ARemovedFifoNeverFires) {
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  poller_->Arm(*fifo_, 1);
  ASSERT_EQ(writer_->Write("x"), 1u);
  poller_->Remove(*fifo_);
  EXPECT_EQ(Wait(kAtOnce), Tokens{});
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());  // And can come back.
}

TEST_F(PosixPollerTest, ManyFifosFireInOneRound) {
  std::vector<std::unique_ptr<RealWriter>> writers;
  std::vector<std::unique_ptr<Fifo>> fifos;
  for (uint64_t i = 0; i < 50; ++i) {
    std::string path = dir_ / std::to_string(i);
    MakeRealFifo(path);
    writers.push_back(std::make_unique<RealWriter>(path));
    fifos.push_back(std::move(*disk_.OpenFifo(path)));
    ASSERT_TRUE(poller_->Add(*fifos.back(), i).ok());
    poller_->Arm(*fifos.back(), i);
    ASSERT_EQ(writers.back()->Write("x"), 1u);
  }
  EXPECT_EQ(Wait(kNever).size(), 50u);
}

TEST_F(PosixPollerTest, WakeEndsTheNextWaitOnce) {
  poller_->Wake();
  poller_->Wake();
  EXPECT_EQ(Wait(kNever), Tokens{});
  MonoTime deadline = clock_.Now() + std::chrono::milliseconds(1);
  EXPECT_EQ(Wait(deadline), Tokens{});
  EXPECT_GE(clock_.Now(), deadline);
}

TEST_F(PosixPollerTest, WakeEndsAWaitThatIsOn) {
  std::atomic<bool> is_woken = false;
  std::thread waker([&] {
    is_woken = true;
    poller_->Wake();
  });
  EXPECT_EQ(Wait(kNever), Tokens{});
  EXPECT_TRUE(is_woken);  // It has waited, though there was no deadline.
  waker.join();
}

TEST_F(PosixPollerTest, WaitsUntilTheDeadlineAndLittleLonger) {
  Nanos shortest = std::chrono::hours(1);
  for (int i = 0; i < 20; ++i) {
    MonoTime deadline = clock_.Now() + std::chrono::microseconds(300);
    Wait(deadline);
    Nanos late = clock_.Now() - deadline;
    EXPECT_GE(late, Nanos(0));
    shortest = std::min(shortest, late);
  }
  // Finer than a millisecond, at least once on a busy machine.
  EXPECT_LT(shortest, std::chrono::microseconds(600));
}

TEST_F(PosixPollerTest, ASignalDoesNotEndAWait) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  struct sigaction before {};
  sigaction(SIGUSR1, &action, &before);
  std::atomic<bool> is_over = false;
  pthread_t waiting = pthread_self();
  std::thread signaller([&] {
    while (!is_over) pthread_kill(waiting, SIGUSR1);
  });
  MonoTime deadline = clock_.Now() + std::chrono::milliseconds(5);
  EXPECT_EQ(Wait(deadline), Tokens{});
  EXPECT_GE(clock_.Now(), deadline);
  is_over = true;
  signaller.join();
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace tailrace
