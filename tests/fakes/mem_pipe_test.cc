// The arithmetic alone; that it is the kernel's, disk_agreement_*_test shows.
#include "tests/fakes/mem_pipe.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(MemPipe, GivesBackWhatWentInInOrder) {
  MemPipe pipe;
  EXPECT_EQ(pipe.Write("abc"), 3u);
  EXPECT_EQ(pipe.Write("def"), 3u);
  EXPECT_EQ(pipe.Peek(4), "abcd");
  EXPECT_EQ(pipe.Take(4), "abcd");
  EXPECT_EQ(pipe.bytes(), 2u);
  EXPECT_EQ(pipe.Take(100), "ef");
  EXPECT_EQ(pipe.Take(100), "");
}

TEST(MemPipe, TakesSixteenPages) {
  MemPipe pipe;
  EXPECT_EQ(pipe.Write(std::string(70'000, 'x')), 65536u);
  EXPECT_EQ(pipe.Write("x"), 0u);
  pipe.Take(1);
  EXPECT_EQ(pipe.Write("x"), 0u);  // A buffer is free only when it is empty.
  pipe.Take(4095);
  EXPECT_EQ(pipe.Write("x"), 1u);
}

TEST(MemPipe, ASmallWriteIsWholeOrNotAtAll) {
  MemPipe pipe;
  for (int i = 0; i < 16; ++i) ASSERT_EQ(pipe.Write(std::string(3000, 'x')), 3000u);
  EXPECT_EQ(pipe.Write(std::string(3000, 'x')), 0u);
  EXPECT_EQ(pipe.Write(std::string(1096, 'x')), 1096u);  // Fits behind the last.
  EXPECT_EQ(pipe.Write("x"), 0u);
}

TEST(MemPipe, ResizesToAPowerOfTwoThatHoldsWhatIsThere) {
  MemPipe pipe;
  EXPECT_TRUE(pipe.Resize(0));
  EXPECT_EQ(pipe.capacity(), 4096u);
  EXPECT_TRUE(pipe.Resize(100'000));
  EXPECT_EQ(pipe.capacity(), 131072u);
  pipe.Write(std::string(100'000, 'x'));
  EXPECT_FALSE(pipe.Resize(65536));
  EXPECT_EQ(pipe.capacity(), 131072u);
}

}  // namespace
}  // namespace tailrace
