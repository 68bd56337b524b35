#include "sinks/registry.h"

#include <gtest/gtest.h>

#include "config/option_table.h"

namespace tailrace {
namespace {

TEST(Registry, RowsFitTheTable) { EXPECT_GE(OptionTable(SinkOptionRows()).rows().size(), CoreOptionRows().size()); }

TEST(Registry, EveryOptionBearsTheNameOfItsKind) {
  for (const SinkKind& kind : SinkKinds()) {
    for (const OptionRow& row : kind.options) EXPECT_TRUE(row.name.starts_with(kind.name)) << row.name;
  }
}

}  // namespace
}  // namespace tailrace
