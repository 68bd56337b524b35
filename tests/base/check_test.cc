#include "base/check.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Check, PassesSilently) {
  int evaluations = 0;
  CHECK(++evaluations == 1);
  CHECK_EQ(++evaluations, 2);
  CHECK_LT(evaluations, 3);
  EXPECT_EQ(evaluations, 2);  // Each operand is evaluated once.
}

TEST(CheckDeathTest, SaysWhereWhatAndWithWhichOperands) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "check failed.*check_test.cc:[0-9]+.*1 \\+ 1 == 3");
  int waiting = 7;
  EXPECT_DEATH(CHECK_LE(waiting, 4), "waiting <= 4.*7 against 4");
}

TEST(CheckDeathTest, ComparesWhatHasNoText) {
  std::string a = "a";
  EXPECT_DEATH(CHECK_EQ(a, "b"), "a == \"b\"");
}

}  // namespace
}  // namespace tailrace
