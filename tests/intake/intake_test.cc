#include "intake/intake.h"

#include <gtest/gtest.h>

#include "tests/intake/intake_rig.h"

namespace tailrace {
namespace {

using std::string_literals::operator""s;

using std::chrono::milliseconds;
using std::chrono::seconds;

// Trap 26
TEST(Intake, OneThreadReadsManyFifos) {
  IntakeRig rig;
  constexpr int kFifos = 300;
  for (int i = 0; i < kFifos; ++i) rig.Begin("f" + std::to_string(i));
  for (uint64_t round = 0; round < 5; ++round) {
    for (int i = 0; i < kFifos; ++i) EXPECT_GT(rig.Write("f" + std::to_string(i), LineFrames(round * 10, 10)), 0u);
    rig.RunFor(milliseconds(10));
  }
  for (int i = 0; i < kFifos; ++i) ASSERT_TRUE(SameBytes(rig.Read("f" + std::to_string(i)).bytes, LineFrames(0, 50)));
}

TEST(Intake, IdleFifosCostNoVisits) {
  IntakeRig rig;
  for (int i = 0; i < 200; ++i) rig.Begin("f" + std::to_string(i));
  rig.RunFor(milliseconds(10));
  const uint64_t before = rig.intake->stats().visits.load();
  rig.RunFor(std::chrono::hours(1));
  EXPECT_EQ(rig.intake->stats().visits.load(), before);
}

// Trap 24
TEST(Intake, StaleFifoIsOverAtTheFirstSplice) {
  IntakeRig rig;
  rig.Begin("a");
  rig.WriteAll("a", LineFrames(0, 5));
  rig.StopIntake();
  rig.dockerd.at("a")->Close();  // While nobody is there.
  rig.KillAndRestart();
  rig.RunFor(milliseconds(1));
  EXPECT_TRUE(rig.IsOver("a"));
  EXPECT_TRUE(rig.stream("a").ended());
  EXPECT_EQ(rig.Read("a").frames, 5u);
}

TEST(Intake, FifoThatIsGoneEndsItsStream) {
  IntakeRig rig;
  rig.Begin("a");
  rig.WriteAll("a", LineFrames(0, 5) + "\0"s);
  rig.Close("a");
  rig.StopIntake();
  ASSERT_TRUE(rig.disk.Unlink("/fifos/a").ok());
  rig.KillAndRestart();
  rig.RunFor(milliseconds(1));
  EXPECT_TRUE(rig.IsOver("a"));
  EXPECT_EQ(rig.Read("a").frames, 5u);
  EXPECT_TRUE(rig.Read("a").is_ended);
}

// Trap 18
TEST(Intake, DrainReturnsWithoutEofWhenThePipeOfTheCallIsMoved) {
  IntakeRig rig;
  rig.Begin("a");
  rig.RunFor(milliseconds(1));
  EXPECT_GT(rig.Write("a", LineFrames(0, 500, 90)), 0u);
  EXPECT_TRUE(rig.Drain(rig.stream("a").id()));
  EXPECT_EQ(rig.Read("a").frames, 500u);
  EXPECT_FALSE(rig.stream("a").ended());
}

TEST(Intake, DrainWithCutSplicesTakesAllOfThePipe) {
  IntakeRig rig;
  rig.disk.SetSpliceBytesMax(777);
  rig.Begin("a");
  EXPECT_GT(rig.Write("a", LineFrames(0, 500, 90)), 0u);
  EXPECT_TRUE(rig.Drain(rig.stream("a").id()));
  EXPECT_EQ(rig.Read("a").frames, 500u);
}

TEST(Intake, DrainRightBehindARegisterIsNotAnsweredBefore) {
  IntakeRig rig;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "f" + std::to_string(i);
    rig.Begin(name);
    EXPECT_GT(rig.Write(name, LineFrames(0, 20)), 0u);
    ASSERT_TRUE(rig.Drain(rig.stream(name).id()));
    ASSERT_EQ(rig.Read(name).frames, 20u);
  }
}

TEST(Intake, DrainOfAnUnknownStreamIsDone) {
  IntakeRig rig;
  EXPECT_TRUE(rig.Drain(StreamId{12345}));
}

TEST(Intake, DrainThatCannotBeServedEndsAtItsDeadlineAndLosesNothing) {
  IntakeRig rig;
  rig.Begin("a", SpoolFull::kBlock);
  rig.RunFor(milliseconds(1));
  rig.intake->SetLimit(rig.stream("a").id(), IntakeLimit::kBlock);
  EXPECT_GT(rig.Write("a", LineFrames(0, 20)), 0u);
  EXPECT_FALSE(rig.Drain(rig.stream("a").id(), milliseconds(100), true));
  rig.Close("a");  // dockerd goes; our own end keeps the bytes.
  rig.RunFor(seconds(1));
  rig.intake->SetLimit(rig.stream("a").id(), IntakeLimit::kNone);
  rig.RunFor(seconds(1));
  EXPECT_EQ(rig.Read("a").frames, 20u);
  EXPECT_TRUE(rig.Read("a").is_ended);
}

TEST(Intake, TwoDrainsAtOnceAreBothAnswered) {
  IntakeRig rig;
  rig.Begin("a");
  rig.Begin("b");
  EXPECT_GT(rig.Write("a", LineFrames(0, 20)), 0u);
  std::atomic<int> done = 0;
  std::vector<std::thread> callers;
  for (const char* name : {"a", "a", "b"}) {
    const StreamId id = rig.stream(name).id();
    const MonoTime deadline = rig.clock.Now() + seconds(2);
    callers.emplace_back([&rig, &done, id, deadline] {
      if (rig.intake->Drain(id, deadline)) ++done;
    });
  }
  while (done < 3) rig.intake->RunOnce(rig.clock.Now());
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(rig.Read("a").frames, 20u);
}

TEST(Intake, AbandonedStreamEndsAndItsFifoIsClosed) {
  IntakeRig rig;
  rig.Begin("a");
  const StreamId id = rig.stream("a").id();
  rig.intake->Abandon(id);
  rig.intake->Abandon(StreamId{99});
  rig.RunFor(milliseconds(1));
  EXPECT_TRUE(rig.IsOver("a"));
  EXPECT_TRUE(rig.stream("a").ended());
  EXPECT_TRUE(rig.stream("a").Snapshot().empty());
  EXPECT_GT(rig.Write("a", LineFrame(0)), 0u);
  rig.RunFor(milliseconds(10));
  EXPECT_EQ(rig.InPipe("a"), LineFrame(0).size());
}

TEST(Intake, StreamRegisteredTwiceKeepsItsFirstReader) {
  IntakeRig rig;
  rig.Begin("a");
  rig.RunFor(milliseconds(1));
  rig.intake->Register(rig.journal->FindFifo("/fifos/a"), std::move(*rig.disk.OpenFifo("/fifos/a")));
  rig.WriteAll("a", LineFrames(0, 100));
  EXPECT_EQ(rig.Read("a").frames, 100u);
  EXPECT_EQ(rig.log.Count("register"), 1u);
}

TEST(Intake, FifoThatCannotBePolledIsVisitedByTime) {
  IntakeRig rig;
  rig.disk.FailCall(1, StatusCode::kNoSpace, {.kinds = {Call::kPollAdd}});
  rig.Begin("a");
  rig.RunFor(milliseconds(10));
  rig.WriteAll("a", LineFrames(0, 100));
  EXPECT_EQ(rig.Read("a").frames, 100u);
  rig.Close("a");
  rig.RunFor(milliseconds(20));
  EXPECT_TRUE(rig.IsOver("a"));
}

TEST(Intake, StopLeavesMailDrainsAndPipesAsTheyAre) {
  IntakeRig rig;
  rig.Begin("a");
  rig.RunFor(milliseconds(1));
  EXPECT_GT(rig.Write("a", LineFrames(0, 20)), 0u);
  const StreamId id = rig.stream("a").id();
  std::atomic<bool> is_over = false;
  std::thread caller([&] {
    rig.intake->Drain(id, rig.clock.Now() + std::chrono::hours(1));
    is_over = true;
  });
  rig.intake->Stop();
  caller.join();  // Or the test times out.
  EXPECT_TRUE(is_over);
  rig.Begin("b");  // Nobody takes this mail.
  EXPECT_FALSE(rig.intake->Drain(id, rig.clock.Now() + std::chrono::hours(1)));
  rig.KillAndRestart();
  rig.RunFor(milliseconds(10));
  EXPECT_EQ(rig.Read("a").frames, 20u);
}

TEST(Intake, RequestedRollSealsTheSegment) {
  IntakeRig rig;
  rig.Begin("a");
  rig.WriteAll("a", LineFrames(0, 10));
  rig.intake->RequestRoll(rig.stream("a").id());
  rig.intake->RequestRoll(StreamId{4711});
  rig.WriteAll("a", LineFrames(10, 10));
  EXPECT_EQ(rig.stream("a").Segments().size(), 2u);
  EXPECT_EQ(rig.Read("a").frames, 20u);
}

// Trap 21
TEST(Intake, BusyFifoRestsAndIsNotFollowedLineByLine) {
  IntakeRig rig;
  rig.Begin("a");
  rig.RunFor(milliseconds(1));
  const uint64_t before = rig.intake->stats().visits.load();
  for (uint64_t i = 0; i < 1000; i += 5) {
    EXPECT_GT(rig.Write("a", LineFrames(i, 5)), 0u);
    rig.RunFor(std::chrono::microseconds(500));
  }
  EXPECT_LT(rig.intake->stats().visits.load() - before, 40u);  // In 200 bursts over 100 ms.
  rig.RunFor(milliseconds(10));
  EXPECT_EQ(rig.Read("a").frames, 1000u);
}

}  // namespace
}  // namespace tailrace
