#include "sinks/slots.h"

#include <gtest/gtest.h>

#include <array>

namespace tailrace {
namespace {

constexpr std::array kAlphaRows{OptionRow{.name = "alpha-url"},
                                OptionRow{.name = "alpha-mode", .default_value = "fast"}};
constexpr std::array kBetaRows{OptionRow{.name = "beta-url"}};
const std::array kKinds{SinkKind{.name = "alpha", .activating_option = "alpha-url", .options = kAlphaRows},
                        SinkKind{.name = "beta", .activating_option = "beta-url", .options = kBetaRows}};

TEST(SlotsTest, ASlotIsThereWhenItsActivatingOptionIs) {
  const OptionValues values = {{"alpha-url", "http://a"}, {"beta.two-url", "http://b"}, {"max-size", "1m"}};
  EXPECT_EQ(SlotsIn(kKinds, values), (std::vector<std::string>{"alpha", "beta.two"}));
  EXPECT_TRUE(UnfinishedSlotsIn(kKinds, values).empty());
}

TEST(SlotsTest, OptionsWithoutTheActivatingOneAreUnfinished) {
  const OptionValues values = {{"alpha-mode", "slow"}, {"alpha.x-url", ""}, {"alphabet-url", "http://a"}};
  EXPECT_TRUE(SlotsIn(kKinds, values).empty());
  EXPECT_EQ(UnfinishedSlotsIn(kKinds, values), std::vector<std::string>{"alpha"});
}

TEST(SlotsTest, EachSlotHasItsOwnOptionsAndTheDefaults) {
  const OptionValues values = {{"alpha-url", "http://a"}, {"alpha-mode", "slow"}, {"alpha.x-url", "http://x"}};
  const SinkKind* kind = KindOfSlot(kKinds, "alpha.x");
  ASSERT_NE(kind, nullptr);
  EXPECT_EQ(OptionsOfSlot(*kind, "alpha.x", values).values,
            (OptionValues{{"alpha-url", "http://x"}, {"alpha-mode", "fast"}}));
  EXPECT_EQ(OptionsOfSlot(*kind, "alpha", values).values.at("alpha-mode"), "slow");
  EXPECT_EQ(NameInSlot(*kind, "alpha.x", "alpha-mode"), "alpha.x-mode");
}

TEST(SlotsTest, AnUnknownKindHasNoSlots) {
  EXPECT_EQ(KindOfSlot(kKinds, "gamma"), nullptr);
  EXPECT_TRUE(SlotsIn(kKinds, {{"gamma-url", "http://g"}}).empty());
}

}  // namespace
}  // namespace tailrace
