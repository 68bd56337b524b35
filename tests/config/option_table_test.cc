#include "config/option_table.h"

#include <gtest/gtest.h>

#include "sinks/registry.h"

namespace tailrace {
namespace {

OptionTable Table() { return OptionTable(SinkOptionRows()); }

TEST(EditDistance, CountsChanges) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("max-size", "max-size"), 0u);
  EXPECT_EQ(EditDistance("MAX-SIZE", "max-size"), 0u);
  EXPECT_EQ(EditDistance("max-sise", "max-size"), 1u);
  EXPECT_EQ(EditDistance("maxsize", "max-size"), 1u);
  EXPECT_EQ(EditDistance("max-sizes", "max-size"), 1u);
  EXPECT_EQ(EditDistance("max-isze", "max-size"), 1u);  // Neighbours swapped.
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
}

TEST(OptionTable, NamesTheNearestOptionOrNone) {
  OptionTable table = Table();
  EXPECT_EQ(table.Nearest("max-sise"), "max-size");
  EXPECT_EQ(table.Nearest("maxfile"), "max-file");
  EXPECT_EQ(table.Nearest("MAX_SIZE"), "max-size");
  EXPECT_EQ(table.Nearest("label"), "labels");
  EXPECT_EQ(table.Nearest("label-regex"), "labels-regex");
  EXPECT_EQ(table.Nearest("tags"), "tag");
  EXPECT_EQ(table.Nearest("es-ulr"), "es-url");
  EXPECT_EQ(table.Nearest("x"), "");
  EXPECT_EQ(table.Nearest(""), "");
  EXPECT_EQ(table.Nearest(std::string(100'000, 'a')), "");
}

TEST(OptionTable, SaysThatAnOptionIsUnknown) {
  OptionTable table = Table();
  EXPECT_EQ(
      table.UnknownSentence("log-opt", "max-sise"),
      "unknown log-opt 'max-sise'; did you mean 'max-size'? `tailrace options` lists all options of this version");
  EXPECT_EQ(table.UnknownSentence("log-opt", "gelf-address"),
            "unknown log-opt 'gelf-address'; `tailrace options` lists all options of this version");
}

TEST(OptionTable, ShownNamesAreShortAndPlain) {
  EXPECT_EQ(ShownName("a\nb\x1b'\"\xff"), "a?b????");
  EXPECT_EQ(ShownName(std::string(100, 'a')).size(), 67u);
}

TEST(OptionTable, DockerdsOwnOptionsAreKnown) {
  for (const char* name :
       {"mode", "max-buffer-size", "cache-disabled", "cache-max-size", "cache-max-file", "cache-compress"}) {
    EXPECT_TRUE(IsDockerdOption(name)) << name;
    EXPECT_EQ(Table().Find(name), nullptr) << name;
  }
  EXPECT_FALSE(IsDockerdOption("max-size"));
}

TEST(OptionTable, TwoRowsOfOneNameAreOurMistake) {
  OptionRow twin{.name = "tag", .help = "again"};
  EXPECT_DEATH(OptionTable table({&twin, 1}), "check failed");
}

}  // namespace
}  // namespace tailrace
