#include "tests/fakes/mem_handles.h"

#include <gtest/gtest.h>

#include "tests/fakes/mem_disk.h"

namespace tailrace {
namespace {

using Tokens = std::vector<uint64_t>;

class MemPollerTest : public testing::Test {
 protected:
  MemPollerTest() {
    disk_.MakeFifo("/p");
    writer_ = disk_.OpenWriter("/p");
    fifo_ = std::move(*disk_.OpenFifo("/p"));
    EXPECT_TRUE(poller_->Add(*fifo_, 1).ok());
  }

  Tokens Wait(MonoTime deadline) {
    Tokens fired;
    poller_->Wait(deadline, fired);
    return fired;
  }

  FakeClock clock_;
  MemDisk disk_{clock_};
  std::unique_ptr<Poller> poller_ = std::move(*disk_.NewPoller());
  std::unique_ptr<MemWriter> writer_;
  std::unique_ptr<Fifo> fifo_;
};

TEST_F(MemPollerTest, WaitingMovesTheClockToTheDeadline) {
  MonoTime deadline = clock_.Now() + std::chrono::seconds(5);
  EXPECT_EQ(Wait(deadline), Tokens{});
  EXPECT_EQ(clock_.Now(), deadline);
  EXPECT_EQ(Wait(deadline - Nanos(1)), Tokens{});
  EXPECT_EQ(Wait(kNever), Tokens{});
  EXPECT_EQ(clock_.Now(), deadline);
}

TEST_F(MemPollerTest, WhatIsReadyFiresWithoutWaiting) {
  MonoTime now = clock_.Now();
  poller_->Arm(*fifo_, 2);
  ASSERT_EQ(writer_->Write("x"), 1u);
  EXPECT_EQ(Wait(now + Nanos(9)), Tokens{2});
  EXPECT_EQ(clock_.Now(), now);
  EXPECT_EQ(Wait(now), Tokens{});
}

TEST_F(MemPollerTest, WakeEndsOneWaitWithoutMovingTheClock) {
  MonoTime now = clock_.Now();
  poller_->Wake();
  EXPECT_EQ(Wait(now + Nanos(9)), Tokens{});
  EXPECT_EQ(clock_.Now(), now);
  EXPECT_EQ(Wait(now + Nanos(9)), Tokens{});
  EXPECT_EQ(clock_.Now(), now + Nanos(9));
}

TEST_F(MemPollerTest, TheLastWriterGoingFiresButAStaleFifoNever) {
  poller_->Arm(*fifo_, 1);
  writer_->Close();
  EXPECT_EQ(Wait(clock_.Now()), Tokens{1});
  poller_->Remove(*fifo_);
  fifo_ = std::move(*disk_.OpenFifo("/p"));
  ASSERT_TRUE(poller_->Add(*fifo_, 1).ok());
  poller_->Arm(*fifo_, 1);
  EXPECT_EQ(Wait(clock_.Now()), Tokens{});
}

TEST(MemHandlesDeathTest, AFifoOfAnotherDiskIsOurBug) {
  FakeClock clock;
  MemDisk disk(clock);
  auto poller = std::move(*disk.NewPoller());
  class Stranger final : public Fifo {
    Result<size_t> Available() override { return size_t{0}; }
    Result<MoveOutcome> Peek(std::span<char>) override { return MoveOutcome{}; }
    Status Drop(size_t) override { return Status::Ok(); }
    size_t Capacity() override { return 0; }
    Status Resize(size_t) override { return Status::Ok(); }
  } stranger;
  EXPECT_DEATH(static_cast<void>(poller->Add(stranger, 1)), "check failed");
}

}  // namespace
}  // namespace tailrace
