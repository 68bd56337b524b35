#include "intake/pipe_size.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/intake/intake_rig.h"

namespace tailrace {
namespace {

using std::chrono::milliseconds;

size_t PipeOf(IntakeRig& rig, const std::string& fifo) {
  return std::move(*rig.disk.OpenFifo("/fifos/" + fifo))->Capacity();
}

struct OnePipe {
  OnePipe() {
    rig.disk.MakeFifo("/fifos/a");
    fifo = std::move(*rig.disk.OpenFifo("/fifos/a"));
  }
  IntakeRig rig;
  PipeBudget budget;
  std::unique_ptr<Fifo> fifo;
};

// What fills more than half a pipe of Linux in a millisecond.
void WriteFast(IntakeRig& rig, const std::string& fifo) {
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_GT(rig.Write(fifo, LineFrames(i * 800, 800)), 0u);
    rig.RunFor(milliseconds(1));
  }
}

TEST(PipeSize, BusyFifoGetsALargePipeAndGivesItBackWhenQuiet) {
  IntakeRig rig;
  rig.Begin("a");
  ASSERT_EQ(PipeOf(rig, "a"), PipeSize::kQuietBytes);
  WriteFast(rig, "a");
  EXPECT_EQ(PipeOf(rig, "a"), PipeSize::kBusyBytes);
  rig.RunFor(milliseconds(100));
  EXPECT_EQ(PipeOf(rig, "a"), PipeSize::kQuietBytes);
}

TEST(PipeSize, ManyBusyFifosLeaveMostOfTheKernelsBudgetToOthers) {
  IntakeRig rig;
  PipeBudget budget;
  std::vector<std::unique_ptr<Fifo>> fifos;
  std::vector<std::unique_ptr<PipeSize>> sizes;
  size_t extra = 0;
  size_t large = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string path = "/fifos/f" + std::to_string(i);
    rig.disk.MakeFifo(path);
    fifos.push_back(std::move(*rig.disk.OpenFifo(path)));
    sizes.push_back(std::make_unique<PipeSize>(budget, fifos.back().get()));
    sizes.back()->Grow(*fifos.back());
    EXPECT_EQ(fifos.back()->Capacity(), sizes.back()->bytes());
    extra += sizes.back()->bytes() - PipeSize::kQuietBytes;
    if (sizes.back()->bytes() == PipeSize::kBusyBytes) ++large;
  }
  EXPECT_GT(large, 10u);
  EXPECT_EQ(sizes.back()->bytes(), PipeSize::kQuietBytes);
  EXPECT_LE(extra, PipeBudget::kBytesMax);
  EXPECT_EQ(budget.left(), PipeBudget::kBytesMax - extra);
  sizes.clear();
  EXPECT_EQ(budget.left(), PipeBudget::kBytesMax);
}

TEST(PipeSize, WhatAnEarlierProcessGrewIsCountedAndMadeSmallAgain) {
  OnePipe pipe;
  ASSERT_TRUE(pipe.fifo->Resize(PipeSize::kBusyBytes).ok());
  PipeSize size(pipe.budget, pipe.fifo.get());
  EXPECT_EQ(pipe.budget.left(), PipeBudget::kBytesMax - (PipeSize::kBusyBytes - PipeSize::kQuietBytes));
  size.Shrink(*pipe.fifo);
  EXPECT_EQ(pipe.fifo->Capacity(), PipeSize::kQuietBytes);
  EXPECT_EQ(pipe.budget.left(), PipeBudget::kBytesMax);
}

TEST(PipeSize, RefusalByTheKernelHoldsWhileBusyAndCostsNoBudget) {
  OnePipe pipe;
  PipeSize size(pipe.budget, pipe.fifo.get());
  pipe.rig.disk.SetPipeBytesMax(64_KiB);
  size.Grow(*pipe.fifo);
  EXPECT_EQ(pipe.budget.left(), PipeBudget::kBytesMax);
  pipe.rig.disk.SetPipeBytesMax(1_MiB);
  size.Grow(*pipe.fifo);
  EXPECT_EQ(pipe.fifo->Capacity(), PipeSize::kQuietBytes);
  size.Shrink(*pipe.fifo);
  size.Grow(*pipe.fifo);
  EXPECT_EQ(pipe.fifo->Capacity(), PipeSize::kBusyBytes);
}

TEST(PipeSize, WhereTheLargestIsRefusedASmallerOneIsTaken) {
  OnePipe pipe;
  PipeSize size(pipe.budget, pipe.fifo.get());
  pipe.rig.disk.SetPipeBytesMax(512_KiB);
  size.Grow(*pipe.fifo);
  EXPECT_EQ(pipe.fifo->Capacity(), PipeSize::kScarceBytes);
  EXPECT_EQ(size.bytes(), PipeSize::kScarceBytes);
}

}  // namespace
}  // namespace tailrace
