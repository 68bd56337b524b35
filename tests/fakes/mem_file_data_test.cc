#include "tests/fakes/mem_file_data.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

// What can be there after a power loss that follows `prepare`.
std::set<std::string> Outcomes(void (*prepare)(MemFileData&)) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    MemFileData file;
    prepare(file);
    file.LosePower(random);
    outcomes.insert(file.bytes());
  }
  return outcomes;
}

TEST(MemFileData, ASyncedFileKeepsEverything) {
  EXPECT_EQ(Outcomes([](MemFileData& file) {
    file.Write(0, "hello");
    file.Sync();
  }), std::set<std::string>{"hello"});
}

TEST(MemFileData, AnUnsyncedSectorIsOldOrNewAsAWhole) {
  auto outcomes = Outcomes([](MemFileData& file) {
    file.Write(0, std::string(1024, 'a'));
    file.Sync();
    file.Write(0, std::string(1024, 'b'));
  });
  std::string a(512, 'a');
  std::string b(512, 'b');
  EXPECT_EQ(outcomes, (std::set<std::string>{a + a, a + b, b + a, b + b}));
}

TEST(MemFileData, AnUnsyncedEndIsCutAnywhereOrZero) {
  auto outcomes = Outcomes([](MemFileData& file) {
    file.Write(0, "ab");
    file.Sync();
    file.Write(2, "cd");
  });
  EXPECT_EQ(outcomes, (std::set<std::string>{"ab", "abc", "abcd", std::string("ab\0", 3), std::string("ab\0\0", 4)}));
}

TEST(MemFileData, WhatAFailedSyncLeftIsNotMadeDurableByTheNext) {
  auto outcomes = Outcomes([](MemFileData& file) {
    file.Write(0, "old");
    file.Sync();
    file.Write(0, "new");
    file.FailSync();
    file.Sync();
  });
  EXPECT_EQ(outcomes, (std::set<std::string>{"old", "new"}));
}

TEST(MemFileData, WrittenAgainItIsMadeDurable) {
  auto outcomes = Outcomes([](MemFileData& file) {
    file.Write(0, "old");
    file.FailSync();
    file.Write(0, "new");
    file.Sync();
  });
  EXPECT_EQ(outcomes, std::set<std::string>{"new"});
}

TEST(MemFileData, WritebackCanKeepAStateInBetween) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    MemFileData file;
    file.Write(0, "1");
    file.Sync();
    file.Write(0, "2");
    file.Writeback(random);
    file.Write(0, "3");
    file.LosePower(random);
    outcomes.insert(file.bytes());
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"1", "2", "3"}));
}

TEST(MemFileData, KnowsHowMuchOfItIsCertainToStay) {
  MemFileData file;
  file.Write(0, std::string(700, 'a'));
  EXPECT_EQ(file.DurableBytes(), 0u);
  file.Sync();
  EXPECT_EQ(file.DurableBytes(), 700u);
  file.Write(700, std::string(700, 'b'));
  EXPECT_EQ(file.DurableBytes(), 700u);
  file.Write(600, "x");
  EXPECT_EQ(file.DurableBytes(), 600u);
}

TEST(MemFileData, AHoleReadsAsZerosAndOccupiesNothing) {
  MemFileData file;
  file.Write(10'000, "x");
  EXPECT_EQ(file.bytes(), std::string(10'000, '\0') + "x");
  EXPECT_EQ(file.disk_bytes(), 4096u);
  file.Write(0, "x");
  EXPECT_EQ(file.disk_bytes(), 8192u);
  file.Write(1, "x");
  EXPECT_EQ(file.disk_bytes(), 8192u);
}

TEST(MemFileData, WritesUpToTheLastFreeBlock) {
  MemFileData file;
  file.Write(0, std::string(4096, 'x'));
  EXPECT_EQ(file.WritableBytes(0, 4096, 0), 4096u);  // In place.
  EXPECT_EQ(file.WritableBytes(4000, 1000, 0), 96u);
  EXPECT_EQ(file.WritableBytes(4000, 10'000, 1), 96u + 4096u);
  EXPECT_EQ(file.WritableBytes(4096, 10, 0), 0u);
  EXPECT_EQ(file.WritableBytes(5000, 10'000, 1), 8192u - 5000u);
  EXPECT_EQ(file.WritableBytes(5000, 10, 1), 10u);
}

}  // namespace
}  // namespace tailrace
