#include "tests/fakes/memory_log.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(MemoryLog, KeepsEveryLineUnthrottled) {
  MemoryLog log;
  log.Write(LogLevel::kError, "spool-full", {{"container", "c"}, {"bytes", "5"}});
  log.Write(LogLevel::kError, "spool-full", {{"container", "c"}, {"bytes", "6"}});
  log.Write(LogLevel::kInfo, "ready", {});
  ASSERT_EQ(log.lines().size(), 3u);
  EXPECT_EQ(log.Count("spool-full"), 2u);
  EXPECT_EQ(log.lines()[1].text, "spool-full container=c bytes=6");
  EXPECT_EQ(log.lines()[1].level, LogLevel::kError);
  EXPECT_EQ(log.lines()[1].Field("bytes"), "6");
  EXPECT_EQ(log.lines()[1].Field("none"), "");
  EXPECT_TRUE(log.Contains("bytes=5"));
  EXPECT_FALSE(log.Contains("bytes=7"));
  log.Clear();
  EXPECT_TRUE(log.lines().empty());
}

}  // namespace
}  // namespace tailrace
