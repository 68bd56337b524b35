#include "journal/journal.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/journal/journal_rig.h"

namespace tailrace {
namespace {

TEST(Journal, FindsStreamsOfAContainerByRun) {
  JournalRig rig;
  StreamLease first = rig.CreateFilled("box", "a", 0, 10);
  StreamLease second = rig.CreateFilled("box", "b", 10, 5);
  StreamLease other = rig.Create("other", "c");
  std::vector<StreamLease> streams = rig.journal->Find("box");
  ASSERT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams[0]->id(), first->id());
  EXPECT_EQ(streams[1]->id(), second->id());
  EXPECT_TRUE(rig.journal->Find("nobody").empty());
  EXPECT_EQ(rig.journal->Streams().size(), 3u);
}

// Trap 29
TEST(Journal, NextRunOfAContainerFollowsTheOnesOnDisk) {
  JournalRig rig;
  rig.CreateFilled("box", "a", 0, 3);
  rig.CreateFilled("box", "b", 3, 3);
  ASSERT_TRUE(rig.Restart().ok());
  StreamLease third = rig.Create("box", "c");
  EXPECT_EQ(third->facts().run, 3u);
  std::vector<StreamLease> streams = rig.journal->Find("box");
  ASSERT_EQ(streams.size(), 3u);
  EXPECT_EQ(ReadFrom(rig.disk, *streams[0]).bytes, LineFrames(0, 3, 100));
  EXPECT_EQ(ReadFrom(rig.disk, *streams[1]).bytes, LineFrames(3, 3, 100));
}

TEST(Journal, FindFifoKnowsOnlyStreamsThatRead) {
  JournalRig rig;
  StreamLease stream = rig.Create("box", "a");
  EXPECT_TRUE(rig.journal->FindFifo("/fifos/a"));
  EXPECT_FALSE(rig.journal->FindFifo("/fifos/b"));
  stream->End();
  EXPECT_FALSE(rig.journal->FindFifo("/fifos/a"));
}

TEST(Journal, LeaseKeepsARemovedStreamInMemory) {
  JournalRig rig;
  StreamLease stream = rig.Create("box", "a");
  StreamLease moved = std::move(stream);
  moved->End();
  ASSERT_TRUE(rig.journal->RemoveStream(*moved).ok());
  EXPECT_TRUE(rig.journal->Find("box").empty());
  EXPECT_EQ(moved->facts().container_id, "box");
  moved = rig.Create("box", "b");  // The old one goes here.
  EXPECT_EQ(rig.journal->Find("box").size(), 1u);
}

// Trap 22
TEST(Journal, ThousandsOfShortContainersLeaveNothingBehind) {
  JournalRig rig;
  const std::vector<std::string> before = rig.disk.AllPaths();
  for (int i = 0; i < 2000; ++i) {
    StreamLease stream = rig.Create("box" + std::to_string(i), "f" + std::to_string(i));
    stream->End();
    ASSERT_TRUE(rig.journal->RemoveLink(*stream).ok());
    ASSERT_TRUE(rig.journal->RemoveStream(*stream).ok());
  }
  EXPECT_EQ(rig.disk.AllPaths(), before);
  EXPECT_TRUE(rig.journal->Streams().empty());
  EXPECT_EQ(rig.Create("box7", "again")->facts().run, 1u);  // Not even its runs are remembered.
}

TEST(Journal, WithoutASpoolStreamsLiveInMemory) {
  JournalRig rig;
  rig.Stop();
  rig.disk.FailFrom(1, StatusCode::kDenied, {.kinds = {Call::kMakeDir, Call::kOpen}, .path_part = "spool"});
  EXPECT_FALSE(rig.Start().ok());
  EXPECT_FALSE(rig.journal->Create(rig.Facts("box", "a")).ok());
  EXPECT_TRUE(rig.journal->AttachLive().empty());
  StreamLease stream = rig.journal->CreateUncommitted(rig.Facts("box", "a"));
  EXPECT_FALSE(stream->is_committed());
  EXPECT_EQ(rig.journal->Find("box").size(), 1u);
  EXPECT_FALSE(rig.journal->Commit(*stream).ok());
  stream->End();
  EXPECT_TRUE(rig.journal->RemoveStream(*stream).ok());
}

TEST(Journal, StreamIsNeverTakenForEndedWhileItIsBeingMade) {
  JournalRig rig;
  std::atomic<bool> is_over = false;
  std::atomic<int> seen = 0;
  std::thread finder([&] {
    while (!is_over) {
      for (const StreamLease& stream : rig.journal->Find("box")) {
        ++seen;
        CHECK(!stream->ended());
      }
    }
  });
  std::vector<StreamLease> streams;
  for (int i = 0; i < 200; ++i) streams.push_back(rig.Create("box", "f" + std::to_string(i)));
  while (seen == 0) std::this_thread::yield();
  is_over = true;
  finder.join();
  std::vector<StreamLease> found = rig.journal->Find("box");
  ASSERT_EQ(found.size(), 200u);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i]->facts().run, i + 1);
}

TEST(Journal, ManyThreadsMakeFindAndRemove) {
  JournalRig rig;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&rig, t] {
      for (int i = 0; i < 150; ++i) {
        const std::string container = "box" + std::to_string(i % 7);
        StreamLease stream = rig.Create(container, "f" + std::to_string(t) + "-" + std::to_string(i));
        CHECK(!rig.journal->Find(container).empty());
        stream->End();
        CHECK(rig.journal->RemoveLink(*stream).ok());
        CHECK(rig.journal->RemoveStream(*stream).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(rig.journal->Streams().empty());
  EXPECT_TRUE(rig.Under("/spool/live").empty());
  EXPECT_TRUE(rig.Under("/spool/c").empty());
}

}  // namespace
}  // namespace tailrace
