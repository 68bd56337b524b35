#include "base/posix_fifo.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/posix_disk.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

class PosixFifoTest : public testing::Test {
 protected:
  std::string Peek(size_t n) {
    std::string bytes(n, '?');
    auto peeked = fifo_->Peek(bytes);
    EXPECT_TRUE(peeked.ok());
    bytes.resize(peeked->bytes);
    return bytes;
  }

  TempDir dir_;
  PosixDisk disk_;
  const std::string path_ = MakeRealFifo(dir_ / "p");
  std::unique_ptr<RealWriter> writer_ = std::make_unique<RealWriter>(path_);
  std::unique_ptr<Fifo> fifo_ = std::move(*disk_.OpenFifo(path_));
};

TEST_F(PosixFifoTest, PeekingConsumesNothing) {
  ASSERT_EQ(writer_->Write("0123456789"), 10u);
  EXPECT_EQ(Peek(4), "0123");
  EXPECT_EQ(Peek(100), "0123456789");
  EXPECT_EQ(*fifo_->Available(), 10u);
}

TEST_F(PosixFifoTest, DropsExactlyWhatWasAskedFor) {
  ASSERT_EQ(writer_->Write("0123456789"), 10u);
  ASSERT_TRUE(fifo_->Drop(3).ok());
  EXPECT_EQ(Peek(100), "3456789");
}

TEST_F(PosixFifoTest, PeeksAWholePipeInOneCall) {
  ASSERT_TRUE(fifo_->Resize(256_KiB).ok());
  std::string bytes(256_KiB, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i / 251);
  ASSERT_EQ(writer_->Write(bytes), bytes.size());
  EXPECT_TRUE(Peek(1_MiB) == bytes);
  ASSERT_TRUE(fifo_->Drop(bytes.size()).ok());
  EXPECT_EQ(*fifo_->Available(), 0u);
}

TEST_F(PosixFifoTest, ThePeekPipeGrowsWithTheFifo) {
  ASSERT_EQ(writer_->Write("x"), 1u);
  EXPECT_EQ(Peek(10), "x");
  ASSERT_TRUE(fifo_->Resize(256_KiB).ok());
  ASSERT_EQ(writer_->Write(std::string(200'000, 'y')), 200'000u);
  EXPECT_EQ(Peek(1_MiB).size(), 200'001u);
}

TEST_F(PosixFifoTest, TellsEmptyFromEnded) {
  std::string bytes(10, '?');
  EXPECT_EQ(fifo_->Peek(bytes)->kind, MoveOutcome::Kind::kEmpty);
  ASSERT_EQ(writer_->Write("last"), 4u);
  writer_->Close();
  EXPECT_EQ(fifo_->Peek(bytes)->kind, MoveOutcome::Kind::kMoved);
  ASSERT_TRUE(fifo_->Drop(4).ok());
  EXPECT_EQ(fifo_->Peek(bytes)->kind, MoveOutcome::Kind::kEnded);
}

TEST_F(PosixFifoTest, DroppingMoreThanThereIsFails) {
  EXPECT_FALSE(fifo_->Drop(1).ok());
  ASSERT_EQ(writer_->Write("0123"), 4u);
  Status status = fifo_->Drop(5);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("4 bytes there instead of 5"), std::string::npos) << status.message();
}

TEST_F(PosixFifoTest, ResizesAndSaysHowFar) {
  EXPECT_EQ(fifo_->Capacity(), 64_KiB);
  ASSERT_TRUE(fifo_->Resize(100'000).ok());
  EXPECT_EQ(fifo_->Capacity(), 128_KiB);
  ASSERT_EQ(writer_->Write(std::string(100'000, 'x')), 100'000u);
  EXPECT_EQ(fifo_->Resize(4096).code(), StatusCode::kBusy);
  EXPECT_EQ(fifo_->Resize(4_GiB).code(), StatusCode::kInvalid);
}

using PosixFifoDeathTest = PosixFifoTest;

TEST_F(PosixFifoDeathTest, PeekingOrDroppingNothingIsOurBug) {
  EXPECT_DEATH(static_cast<void>(fifo_->Peek({})), "check failed");
  EXPECT_DEATH(static_cast<void>(fifo_->Drop(0)), "check failed");
}

}  // namespace
}  // namespace tailrace
