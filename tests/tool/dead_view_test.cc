#include "tool/dead_view.h"

#include <gtest/gtest.h>

#include "tests/tool/sample_letters.h"

namespace tailrace {
namespace {

TEST(DeadView, QuotationsAreLeftOut) {
  EXPECT_EQ(ReasonWithoutQuotes("id '12'. Preview of field's value: 'x y'"), "id '...'. Preview of field's value: '...'");
  EXPECT_EQ(ReasonWithoutQuotes("an open 'quote"), "an open 'quote");
  EXPECT_EQ(ReasonWithoutQuotes("'a'"), "'...'");
  EXPECT_EQ(ReasonWithoutQuotes("''"), "'...'");
  EXPECT_EQ(ReasonWithoutQuotes(""), "");
  EXPECT_EQ(ReasonWithoutQuotes(std::string(500, 'x')).size(), 120u);
}

TEST(DeadSummary, CountsByKind) {
  DeadSummary summary;
  summary.Add(SampleLetter(1, "es", "failed at '1'", 10));
  summary.Add(SampleLetter(2, "es", "failed at '2'", 30));
  summary.Add(SampleLetter(3, "es", "failed at '3'", 20));
  summary.Add(SampleLetter(4, "es", "other", 40));
  summary.Add(SampleLetter(5, "a", "", 5));
  EXPECT_EQ(summary.letters(), 5u);
  EXPECT_EQ(summary.Render(),
            "SLOT  LETTERS  FIRST                 LAST                  STATUS  TYPE                REASON\n"
            "a           1  2026-01-02T03:04:10Z  2026-01-02T03:04:10Z     400  document_parsing_e\n"
            "es          3  2026-01-02T03:04:15Z  2026-01-02T03:04:35Z     400  document_parsing_e  failed at '...'\n"
            "es          1  2026-01-02T03:04:45Z  2026-01-02T03:04:45Z     400  document_parsing_e  other\n");
}

TEST(DeadSummary, KindsAreBounded) {
  DeadSummary summary;
  for (uint64_t i = 0; i < DeadSummary::kKindsMax + 50; ++i) {
    summary.Add(SampleLetter(i, "es", "reason " + std::to_string(i), 1));
  }
  const std::string text = summary.Render();
  EXPECT_LE(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')), DeadSummary::kKindsMax + 2);
  EXPECT_NE(text.find("other"), text.npos);
}

TEST(NewestDead, ShowsTheNewestInOrder) {
  NewestDead newest(2);
  newest.Add(SampleLetter(1, "es", "why", 10));
  newest.Add(SampleLetter(2, "es", "why", 30));
  newest.Add(SampleLetter(3, "es", "", 20));
  EXPECT_EQ(newest.Render(),
            "2026-01-02T03:04:05.000000003Z  web (cccccccccccc) stderr\n"
            "  es to https://es/x?..., refused 2026-01-02T03:04:25Z at attempt 3: 400 document_parsing_e\n"
            "  line 3\\x1b[2J\n"
            "\n"
            "2026-01-02T03:04:05.000000002Z  web (cccccccccccc) stderr\n"
            "  es to https://es/x?..., refused 2026-01-02T03:04:35Z at attempt 3: 400 document_parsing_e: why\n"
            "  line 2\\x1b[2J\n");
}

TEST(NewestDead, ZeroIsAll) {
  NewestDead newest(0);
  for (uint64_t i = 0; i < 30; ++i) newest.Add(SampleLetter(i, "es", "why", 1));
  const std::string text = newest.Render();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 30 * 4 - 1);
}

}  // namespace
}  // namespace tailrace
