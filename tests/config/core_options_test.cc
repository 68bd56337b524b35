// The core's rows (config/core_options.cc), as the table holds them.
#include <gtest/gtest.h>

#include "config/option_table.h"

namespace tailrace {
namespace {

OptionTable Table() { return OptionTable({}); }

TEST(CoreOptions, HoldsTheNamesThatComposeFilesUse) {
  OptionTable table = Table();
  for (const char* name : {"max-size", "max-file", "compress", "spool-backlog", "spool-full", "spool-block-max", "tag",
                           "labels", "labels-regex", "env", "env-regex"}) {
    ASSERT_NE(table.Find(name), nullptr) << name;
    EXPECT_EQ(table.Find(name)->scope, OptionScope::kContainer) << name;
  }
  for (const char* name : {"spool-limit", "spool-free", "spool-sync", "log-level"}) {
    ASSERT_NE(table.Find(name), nullptr) << name;
    EXPECT_EQ(table.Find(name)->scope, OptionScope::kPlugin) << name;
  }
  EXPECT_EQ(table.Find("MAX-SIZE"), nullptr);
  EXPECT_EQ(table.Find(""), nullptr);
}

TEST(CoreOptions, EveryRowIsDocumentedAndFoundByItsVariable) {
  OptionTable table = Table();
  for (const OptionRow& row : CoreOptionRows()) {
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_FALSE(row.help.ends_with('.')) << row.name;
    EXPECT_EQ(table.FindEnvironment(EnvironmentName(row.name)), table.Find(row.name));
    EXPECT_FALSE(row.secret) << row.name;
  }
}

}  // namespace
}  // namespace tailrace
