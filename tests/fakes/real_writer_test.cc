#include "tests/fakes/real_writer.h"

#include <gtest/gtest.h>

#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

TEST(RealWriter, HoldsAFifoWithoutAReaderAndNeverWaits) {
  TempDir dir;
  RealWriter writer(MakeRealFifo(dir / "p"));
  EXPECT_TRUE(writer.is_open());
  EXPECT_EQ(writer.Write(std::string(100'000, 'x')), 65536u);
  EXPECT_EQ(writer.Write("x"), 0u);
  writer.Close();
  EXPECT_FALSE(writer.is_open());
  EXPECT_EQ(writer.Write("x"), 0u);
}

}  // namespace
}  // namespace tailrace
