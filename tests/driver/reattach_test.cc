// What Driver::Reattach finds and does.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "tests/driver/driver_fixture.h"

namespace tailrace {
namespace {

using ReattachTest = DriverTest;

TEST_F(ReattachTest, ReattachGoesOnWithEveryLiveStream) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1"), gone = MakeFifo("f2");
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  ASSERT_TRUE(driver_->Start(Request("f2", "c2")).ok());
  writer->Write(Frame("stdout", 1, "before"));
  driver_->Stop(fifos_ + "/f1");
  End();
  writer->Write(Frame("stdout", 2, "between"));
  gone->Close();
  unlink((fifos_ + "/f2").c_str());
  Begin(/*open=*/true);
  driver_->Reattach();
  writer->Write(Frame("stdout", 3, "after"));
  EXPECT_EQ(Logs(), "before\nbetween\nafter\n");
  // Trap 24: a FIFO that is gone, or that nobody holds, ends its stream at once.
  EXPECT_TRUE(Eventually([&] { return !journal_->FindFifo(fifos_ + "/f2"); }));
}

TEST_F(ReattachTest, AFifoThatCannotBeOpenedIsTriedAgainAndLosesNothing) {
  std::unique_ptr<RealWriter> writer = MakeFifo("f1");
  const std::string file = fifos_ + "/f1";
  ASSERT_TRUE(driver_->Start(Request("f1")).ok());
  End();
  writer->Write(Frame("stdout", 1, "between"));
  // Out of reach, but not gone: too many levels of symbolic links.
  ASSERT_EQ(rename(file.c_str(), (dir_ / "aside").c_str()), 0);
  ASSERT_EQ(symlink(file.c_str(), file.c_str()), 0);
  Begin(/*open=*/true);
  driver_->Reattach();
  EXPECT_GE(log_.Count("reattach-failed"), 1u);
  EXPECT_EQ(Logs(), "");
  EXPECT_TRUE(journal_->FindFifo(file));
  ASSERT_EQ(unlink(file.c_str()), 0);
  ASSERT_EQ(rename((dir_ / "aside").c_str(), file.c_str()), 0);
  EXPECT_EQ(Logs(), "between\n");
  writer->Write(Frame("stdout", 2, "after"));
  driver_->Stop(file);
  EXPECT_EQ(Logs(), "between\nafter\n");
}

TEST_F(ReattachTest, UnknownFifosOfItsOwnFolderAreDrainedSoThatNobodyHangs) {
  std::unique_ptr<RealWriter> held = MakeFifo("held"), stale = MakeFifo("stale");
  stale->Close();
  std::string frame = Frame("stdout", 1, std::string(4000, 'x'));
  while (held->Write(frame) > 0) continue;  // Full: its container waits.
  own_fifos_ = fifos_;
  Restart();
  EXPECT_TRUE(Eventually([&] { return held->Write(frame) > 0; }));
  EXPECT_EQ(log_.Count("unknown-fifo"), 1u);
  // dockerd may have made it for a StartLogging that waits to be accepted.
  EXPECT_TRUE(driver_->Start(Request("held")).ok());
}

TEST_F(ReattachTest, UnknownFifosOfASharedFolderAreLeftAlone) {
  std::unique_ptr<RealWriter> held = MakeFifo("held");
  Restart();
  EXPECT_FALSE(journal_->FindFifo(fifos_ + "/held"));
}

}  // namespace
}  // namespace tailrace
