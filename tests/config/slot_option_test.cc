#include "config/slot_option.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(SlotOptionTest, ANamedSlotIsTakenApart) {
  const auto option = ParseNamedSlotOption("http.audit-tls-verify");
  ASSERT_TRUE(option.has_value());
  EXPECT_EQ(option->slot, "http.audit");
  EXPECT_EQ(option->plain, "http-tls-verify");
}

TEST(SlotOptionTest, OtherNamesAreNone) {
  const std::string long_name = "http." + std::string(kSlotNameBytesMax + 1, 'a') + "-url";
  for (const std::string& name : {std::string("http-url"), std::string("http-a.b"), std::string("http.-url"),
                                  std::string(".a-url"), std::string("http.A-url"), std::string("http.a b-url"),
                                  std::string("http.a"), std::string("http.a.b-url"), std::string(), long_name}) {
    EXPECT_FALSE(ParseNamedSlotOption(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace tailrace
