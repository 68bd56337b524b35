#include "delivery/dead_letters.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

class DeadLettersTest : public testing::Test {
 protected:
  DeadLettersTest() { disk_.MakeDirs("/spool"); }
  static DeadLetter LetterAt(uint64_t offset, const std::string& slot = "es") {
    DeadLetter letter;
    letter.slot = slot;
    letter.offset = offset;
    letter.text = "text " + std::to_string(offset);
    return letter;
  }
  std::vector<uint64_t> ReadOffsets(const std::string& slot) {
    std::vector<uint64_t> offsets;
    const Result<std::vector<DeadLetterFile>> files = ListDeadLetters(disk_, "/spool/dead");
    EXPECT_TRUE(files.ok());
    for (const DeadLetterFile& file : *files) {
      if (file.slot != slot) continue;
      EXPECT_TRUE(ReadDeadLetters(disk_, file.path, [&](const DeadLetter& letter) {
                    offsets.push_back(letter.offset);
                    return true;
                  }).ok());
    }
    return offsets;
  }
  FakeClock clock_;
  MemDisk disk_{clock_};
};

TEST_F(DeadLettersTest, AreDurableWhenWriteReturns) {
  DeadLetters dead(disk_, {.directory = "/spool/dead"});
  EXPECT_TRUE(ReadOffsets("es").empty());
  const std::vector<DeadLetter> letters{LetterAt(1), LetterAt(2, "http.audit"), LetterAt(3)};
  const DeadLetters::Written written = dead.Write(letters);
  EXPECT_TRUE(written.status.ok());
  EXPECT_EQ(written.count, 3u);
  EXPECT_TRUE(disk_.SyncDir("/spool").ok());
  SeededRandom random(1);
  disk_.PowerLoss(random);
  EXPECT_EQ(ReadOffsets("es"), (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(ReadOffsets("http.audit"), (std::vector<uint64_t>{2}));
}

TEST_F(DeadLettersTest, ANewProcessBeginsANewFile) {
  for (uint64_t i = 0; i < 3; ++i) {
    DeadLetters dead(disk_, {.directory = "/spool/dead"});
    EXPECT_EQ(dead.Write({{LetterAt(i)}}).count, 1u);
  }
  EXPECT_EQ(ListDeadLetters(disk_, "/spool/dead")->size(), 3u);
  EXPECT_EQ(ReadOffsets("es"), (std::vector<uint64_t>{0, 1, 2}));
}

TEST_F(DeadLettersTest, ALimitIsALimitAlsoAfterARestart) {
  const DeadLetters::Settings settings{.directory = "/spool/dead", .limit_bytes = 2000};
  uint64_t count = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    DeadLetters dead(disk_, settings);
    const DeadLetters::Written written = dead.Write({{LetterAt(i)}});
    EXPECT_TRUE(written.status.ok() || written.status.code() == StatusCode::kBusy);
    count += written.count;
    EXPECT_LE(dead.bytes(), 2000u);
  }
  EXPECT_GT(count, 2u);
  EXPECT_LT(count, 20u);
  EXPECT_EQ(ReadOffsets("es").size(), count);
}

TEST_F(DeadLettersTest, ATornLineIsPassedOver) {
  DeadLetters dead(disk_, {.directory = "/spool/dead"});
  EXPECT_EQ(dead.Write({{LetterAt(1)}}).count, 1u);
  disk_.FailCall(1, StatusCode::kNoSpace, {.kinds = {Call::kWriteAt}, .path_part = "dead"});
  EXPECT_EQ(dead.Write({{LetterAt(2)}}).status.code(), StatusCode::kNoSpace);
  EXPECT_EQ(ReadOffsets("es"), (std::vector<uint64_t>{1}));
  EXPECT_EQ(dead.Write({{LetterAt(3)}}).count, 1u);
  EXPECT_EQ(ReadOffsets("es"), (std::vector<uint64_t>{1, 3}));
}

TEST_F(DeadLettersTest, EveryCallThatFailsLosesNothingThatWasPromised) {
  for (uint64_t k = 1; k < 30; ++k) {
    MemDisk disk(clock_);
    disk.MakeDirs("/spool");
    DeadLetters dead(disk, {.directory = "/spool/dead"});
    disk.FailCall(k, StatusCode::kIo);
    size_t promised = 0;
    for (uint64_t i = 0; i < 4; ++i) promised += dead.Write({{LetterAt(i)}}).count;
    disk.ClearFailures();
    std::set<uint64_t> found;
    const Result<std::vector<DeadLetterFile>> files = ListDeadLetters(disk, "/spool/dead");
    for (const DeadLetterFile& file : *files) {
      (void)ReadDeadLetters(disk, file.path, [&](const DeadLetter& letter) {
        found.insert(letter.offset);
        return true;
      });
    }
    EXPECT_GE(found.size(), promised) << k;
  }
}

TEST_F(DeadLettersTest, FilesAreBounded) {
  DeadLetters dead(disk_, {.directory = "/spool/dead"});
  DeadLetter large = LetterAt(1);
  large.text = std::string(1_MiB, 'x');
  for (int i = 0; i < 10; ++i) EXPECT_EQ(dead.Write({{large}}).count, 1u);
  EXPECT_GE(ListDeadLetters(disk_, "/spool/dead")->size(), 2u);
  EXPECT_EQ(ReadOffsets("es").size(), 10u);
}

}  // namespace
}  // namespace tailrace
